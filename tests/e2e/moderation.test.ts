/** Moderation in a real browser, as seen by moderators and by their targets. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BrowserWindows, expectMessages, sendMessage, waitUntilLive } from '../support/browser-windows.ts';
import { makeRoomAt } from '../support/rest.ts';
import {
  adminDevice,
  chooseFromRoomMenu,
  closeDialog,
  deviceWithStorage,
  dialogOf,
  hasFocus,
  messageOf,
  openMessageMenu,
  openPersonMenu,
  openRoomMenu,
} from '../support/room-page.ts';

const windows = BrowserWindows.forTestFile();

interface ModeratedRoom {
  link: string;
  /** The window of Haruka, who created the room. */
  admin: Page;
  /** The window of mugi, a member. */
  member: Page;
}

/** Creates a room, and opens it as its admin はるか and as the member mugi. */
async function openModeratedRoom(): Promise<ModeratedRoom> {
  const link = await makeRoomAt(windows.origin);
  const admin = await windows.openRoom(link, adminDevice(windows.origin, link));
  const member = await windows.openRoom(link, deviceWithStorage(windows.origin, { name: 'mugi' }));
  await admin.locator('.person', { hasText: 'mugi' }).waitFor();
  return { link, admin, member };
}

const press = (page: Page, name: string | RegExp) => dialogOf(page).getByRole('button', { name }).click();

/** Makes mugi a moderator, and waits until mugi's window shows it. */
async function promote({ admin, member }: ModeratedRoom): Promise<void> {
  await openPersonMenu(admin, 'mugi');
  await press(admin, 'モデレーターにする');
  await member.locator('.person', { hasText: 'mugi' }).getByText('モデレーター').waitFor();
}

/** The entries of the moderation log on the page, without their times. */
const entriesOn = (page: Page) => page.locator('.moderation-entry p').allInnerTexts();

/** A text of the page without short ids and direction characters. */
const plain = (text: string) => text.replace(/\u2069 \w{4}/g, '').replace(/[\u2068\u2069]/g, '');

describe('a mute', () => {
  it('shows its end, keeps the draft, and can be lifted', async () => {
    const { admin, member } = await openModeratedRoom();
    await member.locator('textarea').fill('まだ書きかけ');
    const menu = await openPersonMenu(admin, 'mugi');
    await press(admin, '10分');
    await member.getByText(/^ミュートされています。\d\d:\d\d まで投稿できません。$/).waitFor();
    expect(await member.locator('textarea').count()).toBe(0);
    await menu.getByText(/^ミュート中（\d\d:\d\d まで）$/).waitFor();
    await admin.locator('.person', { hasText: 'mugi' }).getByText('ミュート中').waitFor();
    await menu.getByRole('button', { name: 'オフ' }).click();
    await expect.poll(() => member.locator('textarea').inputValue()).toBe('まだ書きかけ');
    expect(await member.getByText('ミュートされています').count()).toBe(0);
  });
});

describe('a kicked participant', () => {
  it('sees a message in place of the room, and can rejoin', async () => {
    const { admin, member } = await openModeratedRoom();
    // The open menu is closed with the room.
    await openRoomMenu(member);
    await openPersonMenu(admin, 'mugi');
    await press(admin, '退室させる');
    const heading = member.getByRole('heading', { name: '部屋から退室させられました' });
    await heading.waitFor();
    await expect.poll(() => hasFocus(heading)).toBe(true);
    expect(await dialogOf(member).count()).toBe(0);
    await admin.locator('.person', { hasText: 'mugi' }).waitFor({ state: 'detached' });
    await member.getByRole('button', { name: '再接続' }).click();
    await waitUntilLive(member);
    expect(await dialogOf(member).count()).toBe(0);
    await sendMessage(member, '戻りました');
    await expectMessages(admin, ['戻りました']);
  });
});

describe('a ban', () => {
  it('shows its full reason and end, persists after a reload, and is lifted in the moderation log', async () => {
    const { admin, member } = await openModeratedRoom();
    await sendMessage(member, '宣伝です');
    // Longer than the reason of a close frame, which has at most 123 bytes (RFC 6455, 5.5).
    const reason = `宣伝の繰り返し: ${'あ'.repeat(80)}`;
    await openPersonMenu(admin, 'mugi');
    await press(admin, /^入室禁止にする/);
    const question = dialogOf(admin);
    await question.getByRole('heading', { name: 'mugi を入室禁止にしますか？' }).waitFor();
    await question.getByLabel('理由').fill('あ'.repeat(201));
    await question.getByText('1文字超えています').waitFor();
    expect(await question.getByRole('button', { name: '入室禁止にする' }).getAttribute('aria-disabled')).toBe('true');
    await question.getByLabel('理由').fill(reason);
    await press(admin, '7日');
    await press(admin, '入室禁止にする');
    await question.waitFor({ state: 'detached' });

    const end = new Date(Date.now() + 7 * 24 * 60 * 60_000);
    const day = new Intl.DateTimeFormat('ja', { dateStyle: 'long' });
    const expectBanned = async () => {
      await member.getByRole('heading', { name: 'この部屋には入れません' }).waitFor();
      await member.getByText(reason, { exact: true }).waitFor();
      // The date may change while the test runs.
      const days = [end, new Date(end.getTime() + 60_000)].map((one) => day.format(one));
      const term = await member.locator('dt', { hasText: '期限' }).locator('+ dd').innerText();
      expect(days.some((one) => term.startsWith(one))).toBe(true);
    };
    await expectBanned();
    await member.reload();
    await expectBanned();

    await chooseFromRoomMenu(admin, '管理ログ');
    const log = dialogOf(admin);
    await log.getByText(`理由: ${reason}`).waitFor();
    expect(plain((await entriesOn(admin))[0] ?? '')).toContain('はるか が mugi を入室禁止に設定（7日）');
    await log.locator('.banned-participant', { hasText: 'mugi' }).getByRole('button', { name: '解除' }).click();
    await log.locator('.banned-participant').waitFor({ state: 'detached' });
    // The pressed button is gone, but the focus is still in the dialog.
    expect(await hasFocus(log.getByRole('button', { name: '閉じる' }))).toBe(true);
    await member.reload();
    await waitUntilLive(member);
  });

  it('without an end shows none', async () => {
    const { admin, member } = await openModeratedRoom();
    await openPersonMenu(admin, 'mugi');
    await press(admin, /^入室禁止にする/);
    await dialogOf(admin).getByLabel('理由').fill('荒らし');
    await press(admin, '入室禁止にする');
    await member.getByText('荒らし', { exact: true }).waitFor();
    expect(await member.getByText('期限').count()).toBe(0);
  });
});

describe('a moderator', () => {
  it('gets the moderation controls at once, and only those for the role', async () => {
    const room = await openModeratedRoom();
    const { link, admin, member } = room;
    const menu = await openRoomMenu(member);
    await menu.getByText('管理者として入る').waitFor();
    expect(await menu.getByText('部屋をロック').count()).toBe(0);
    await promote(room);
    for (const item of ['部屋をロック', 'スローモード（ひとり1通の間隔）', '管理ログ'])
      await menu.getByText(item).waitFor();
    for (const item of ['タイトルと説明を編集', 'エクスポート', '部屋を削除'])
      expect(await menu.getByText(item).count()).toBe(0);
    await closeDialog(member);

    await windows.openRoom(link, deviceWithStorage(windows.origin, { name: 'tomo' }));
    const ofMember = await openPersonMenu(member, 'tomo');
    for (const item of ['10分', '退室させる', '入室禁止にする']) {
      await ofMember.getByRole('button', { name: item }).waitFor();
    }
    expect(await ofMember.getByText('モデレーターにする').count()).toBe(0);
    await press(member, /^入室禁止にする/);
    await dialogOf(member).getByLabel('理由').waitFor();
    expect(await dialogOf(member).getByRole('checkbox').count()).toBe(0);
    await closeDialog(member);
    const ofAdmin = await openPersonMenu(member, 'はるか');
    await ofAdmin.getByText('非表示にする').waitFor();
    expect(await ofAdmin.getByText(/退室させる|入室禁止|10分/).count()).toBe(0);
    await closeDialog(member);

    const again = await openRoomMenu(member);
    await openPersonMenu(admin, 'mugi');
    await press(admin, 'モデレーターを解除');
    await again.getByText('部屋をロック').waitFor({ state: 'detached' });
    await member.locator('.person').getByText('モデレーター').waitFor({ state: 'detached' });
  });
});

describe('the room', () => {
  it('when locked accepts messages from moderators only', async () => {
    const room = await openModeratedRoom();
    const { admin, member } = room;
    await member.locator('textarea').focus();
    const menu = await openRoomMenu(admin);
    const lock = menu.getByRole('button', { name: '部屋をロック' });
    await lock.click();
    await member.getByText('部屋がロックされています。現在はモデレーターだけが投稿できます。').waitFor();
    expect(await member.locator('textarea').count()).toBe(0);
    await expect.poll(() => hasFocus(member.locator('.composer-disabled'))).toBe(true);
    await expect.poll(() => lock.getAttribute('aria-pressed')).toBe('true');
    await closeDialog(admin);
    await sendMessage(admin, 'お知らせです');
    await expectMessages(member, ['お知らせです']);
    await promote(room);
    // The composer has the focus again, as before the lock.
    await expect.poll(() => hasFocus(member.locator('textarea'))).toBe(true);
    await sendMessage(member, '承知しました');
    await expectMessages(admin, ['お知らせです', '承知しました']);
    await (await chooseFromRoomMenu(admin, '部屋をロック')).getByText('オフ').first().waitFor();
  });

  it('in slow mode shows members how long to wait, and moderators nothing', async () => {
    const { admin, member } = await openModeratedRoom();
    const menu = await openRoomMenu(admin);
    await menu.getByRole('button', { name: '30秒' }).click();
    await member.getByText('スローモード 30秒に1通').waitFor();
    await sendMessage(member, 'ひとつめ');
    await member.getByText(/^次の送信まで \d+秒$/).waitFor();
    await member.locator('textarea').fill('ふたつめ');
    expect(await member.getByRole('button', { name: '送信' }).getAttribute('aria-disabled')).toBe('true');
    await closeDialog(admin);
    await sendMessage(admin, '一');
    await sendMessage(admin, '二');
    await expectMessages(member, ['ひとつめ', '一', '二']);
    expect(await admin.getByText('スローモード').count()).toBe(0);
    await (await openRoomMenu(admin)).locator('.segmented').getByRole('button', { name: 'オフ' }).click();
    await member.getByText('スローモード').waitFor({ state: 'detached' });
  });

  it('shows a changed title to all participants at once, and stores changed tags', async () => {
    const { admin, member } = await openModeratedRoom();
    const form = await chooseFromRoomMenu(admin, 'タイトルと説明を編集');
    const save = form.getByRole('button', { name: '保存' });
    await form.getByLabel('タイトル').fill(' ');
    await expect.poll(() => save.getAttribute('aria-disabled')).toBe('true');
    await form.getByLabel('タイトル').fill('あ'.repeat(101));
    await form.getByText('1文字超えています').waitFor();
    await form.getByLabel('タイトル').fill('夜の読書会');
    await form.getByLabel('タグ').fill('あ、'.repeat(3) + [...'いうえおかきくけこさ'].join('、'));
    await expect.poll(() => save.getAttribute('aria-disabled')).toBe('true');
    await form.getByLabel('タグ').fill('#本、 夜，本');
    await form.getByLabel('説明').fill('');
    await expect.poll(() => save.getAttribute('aria-disabled')).toBe('false');
    await save.click();
    for (const page of [admin, member]) {
      await page.getByRole('heading', { name: '夜の読書会', level: 1 }).waitFor();
      expect(await page.title()).toContain('夜の読書会');
      await page.locator('.room-about').waitFor({ state: 'detached' });
    }
    expect(await (await chooseFromRoomMenu(admin, 'タイトルと説明を編集')).getByLabel('タグ').inputValue()).toBe(
      '本, 夜',
    );
  });

  it('when deleted shows that to all participants, and its link is free', async () => {
    const { link, admin, member } = await openModeratedRoom();
    const question = await chooseFromRoomMenu(admin, '部屋を削除');
    await question.getByRole('heading', { name: 'この部屋を削除しますか？' }).waitFor();
    await question.getByRole('button', { name: '部屋を削除' }).click();
    for (const page of [admin, member]) await page.getByRole('heading', { name: 'この部屋は削除されました' }).waitFor();
    await member.reload();
    await member.getByRole('link', { name: `「${link}」で部屋をつくる` }).waitFor();
  });

  it('is exported as a file with all messages', async () => {
    const { link, admin, member } = await openModeratedRoom();
    await sendMessage(member, 'こんにちは');
    await expectMessages(admin, ['こんにちは']);
    const menu = await openRoomMenu(admin);
    const [download] = await Promise.all([
      admin.waitForEvent('download'),
      menu.getByRole('button', { name: 'エクスポート' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${link}.ndjson`);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    const records = lines.map((line) => JSON.parse(line) as { text?: string });
    expect(JSON.stringify(records[0])).toContain('読書会');
    const messages = records.filter(({ text }) => text !== undefined);
    expect(messages.map(({ text }) => text)).toEqual(['こんにちは']);
    expect(lines.join()).not.toContain('admin-secret');
  });
});

describe('another participant’s message', () => {
  it('is deleted for all participants, who see that a moderator deleted it', async () => {
    const { admin, member } = await openModeratedRoom();
    await sendMessage(member, 'ひどい言葉');
    await expectMessages(admin, ['ひどい言葉']);
    await openMessageMenu(admin, 'ひどい言葉');
    await press(admin, '削除');
    await dialogOf(admin).getByRole('heading', { name: 'メッセージを削除しますか？' }).waitFor();
    await press(admin, '削除');
    for (const page of [admin, member]) {
      await page.getByText('モデレーターが削除しました').waitFor();
      expect(await page.getByText('ひどい言葉').count()).toBe(0);
    }
    // The button that opened the dialog is gone; the focus is on its message.
    await expect.poll(() => hasFocus(admin.locator('[data-message-id]'))).toBe(true);
  });

  it('is reported in the moderation log, with a reason', async () => {
    const { admin, member } = await openModeratedRoom();
    await sendMessage(admin, 'きつい言葉');
    await expectMessages(member, ['きつい言葉']);
    await openMessageMenu(member, 'きつい言葉');
    await press(member, '報告');
    await dialogOf(member).getByLabel('理由').fill('きついです');
    await press(member, '報告');
    await dialogOf(member).waitFor({ state: 'detached' });
    await chooseFromRoomMenu(admin, '管理ログ');
    await dialogOf(admin).getByText('理由: きついです').waitFor();
    expect(plain((await entriesOn(admin))[0] ?? '')).toContain('mugi が はるか のメッセージを報告');
    await press(admin, 'メッセージを表示');
    await dialogOf(admin).waitFor({ state: 'detached' });
    await messageOf(admin, 'きつい言葉').and(admin.locator('.is-highlighted')).waitFor();
  });
});

describe('the moderation log', () => {
  it('lists the newest entry first, and adds entries while it is open', async () => {
    const room = await openModeratedRoom();
    const { admin, member } = room;
    await promote(room);
    const menu = await openRoomMenu(admin);
    await menu.getByRole('button', { name: '5秒' }).click();
    await expect.poll(() => menu.getByRole('button', { name: '5秒' }).getAttribute('aria-pressed')).toBe('true');
    await menu.getByRole('button', { name: '管理ログ' }).click();
    await dialogOf(admin).locator('.moderation-entry').nth(1).waitFor();
    const lock = (await openRoomMenu(member)).getByRole('button', { name: '部屋をロック' });
    await lock.click();
    await expect.poll(() => lock.getAttribute('aria-pressed')).toBe('true');
    await lock.click();
    await dialogOf(admin).locator('.moderation-entry').nth(3).waitFor();
    expect((await entriesOn(admin)).map(plain)).toEqual([
      'mugi が部屋のロックを解除',
      'mugi が部屋をロック',
      'はるか がスローモードを設定（5秒）',
      'はるか が mugi をモデレーターに設定',
    ]);
  });
});

describe('an admin on another device', () => {
  it('gets the admin role with the admin token, and with no other', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.openRoom(link, deviceWithStorage(windows.origin, { name: 'はるか' }));
    const question = await chooseFromRoomMenu(page, '管理者として入る');
    for (const wrong of ['not-the-token', '管理者トークン']) {
      await question.getByLabel('管理者トークン').fill(wrong);
      await question.getByRole('button', { name: '入る' }).click();
      await question.getByText('管理者トークンが違います').waitFor();
    }
    await question.getByLabel('管理者トークン').fill('admin-secret');
    await question.getByRole('button', { name: '入る' }).click();
    await page.locator('.person', { hasText: 'はるか' }).getByText('管理者').waitFor();
    await page.reload();
    await (await chooseFromRoomMenu(page, '管理ログ')).getByText('記録はまだありません。').waitFor();
  });

  it('sees what members see if the stored token is no longer valid', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.openRoom(
      link,
      deviceWithStorage(windows.origin, { [`admin:${link}`]: 'an-old-one', name: 'はるか' }),
    );
    const menu = await openRoomMenu(page);
    await menu.getByText('管理者として入る').waitFor();
    expect(await menu.getByText('管理ログ').count()).toBe(0);
  });
});
