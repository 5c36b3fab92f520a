/** Keeping order in a room, from both sides: what those in charge do, and what it is like for those it is done to. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import {
  adminsDevice,
  choose,
  deviceWith,
  dialogOf,
  hasFocus,
  messageOf,
  openMessageMenu,
  openPersonMenu,
  openRoomMenu,
  shut,
} from '../support/in-room.ts';
import { makeRoomAt } from '../support/rest.ts';
import { isLive, say, shows, Windows } from '../support/windows.ts';

const windows = Windows.ofThisFile();

interface Party {
  link: string;
  /** Haruka's window, who made the room. */
  admin: Page;
  /** Mugi's, who is like everyone. */
  member: Page;
}

/** A room with the one who made it, called はるか, and mugi. */
async function openParty(): Promise<Party> {
  const link = await makeRoomAt(windows.origin);
  const admin = await windows.enter(link, adminsDevice(windows.origin, link));
  const member = await windows.enter(link, deviceWith(windows.origin, { name: 'mugi' }));
  await admin.locator('.person', { hasText: 'mugi' }).waitFor();
  return { link, admin, member };
}

const press = (page: Page, name: string | RegExp) => dialogOf(page).getByRole('button', { name }).click();

/** Makes mugi a moderator, who knows it once this is done. */
async function promote({ admin, member }: Party): Promise<void> {
  await openPersonMenu(admin, 'mugi');
  await press(admin, 'モデレーターにする');
  await member.locator('.person', { hasText: 'mugi' }).getByText('モデレーター').waitFor();
}

/** The entries of the moderation log on the screen, without the times. */
const entriesOn = (page: Page) => page.locator('.moderation-entry p').allInnerTexts();

/** What is said, without short ids and marks of direction. */
const plain = (text: string) => text.replace(/\u2069 \w{4}/g, '').replace(/[\u2068\u2069]/g, '');

describe('a mute', () => {
  it('says until when, keeps the draft, and goes when it is taken back', async () => {
    const { admin, member } = await openParty();
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

describe('whoever is removed', () => {
  it('is told so where the room was, and can come back', async () => {
    const { admin, member } = await openParty();
    // Whatever was open goes with the room.
    await openRoomMenu(member);
    await openPersonMenu(admin, 'mugi');
    await press(admin, '退室させる');
    const heading = member.getByRole('heading', { name: '部屋から退室させられました' });
    await heading.waitFor();
    await expect.poll(() => hasFocus(heading)).toBe(true);
    expect(await dialogOf(member).count()).toBe(0);
    await admin.locator('.person', { hasText: 'mugi' }).waitFor({ state: 'detached' });
    await member.getByRole('button', { name: '再接続' }).click();
    await isLive(member);
    expect(await dialogOf(member).count()).toBe(0);
    await say(member, '戻りました');
    await shows(admin, ['戻りました']);
  });
});

describe('a ban', () => {
  it('says the whole reason and until when, holds over a reload, and ends from the log', async () => {
    const { admin, member } = await openParty();
    await say(member, '宣伝です');
    // More than a close of the connection could say.
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

    const until = new Date(Date.now() + 7 * 24 * 60 * 60_000);
    const day = new Intl.DateTimeFormat('ja', { dateStyle: 'long' });
    const isShutOut = async () => {
      await member.getByRole('heading', { name: 'この部屋には入れません' }).waitFor();
      await member.getByText(reason, { exact: true }).waitFor();
      // The day may turn while the test runs.
      const days = [until, new Date(until.getTime() + 60_000)].map((one) => day.format(one));
      const term = await member.locator('dt', { hasText: '期限' }).locator('+ dd').innerText();
      expect(days.some((one) => term.startsWith(one))).toBe(true);
    };
    await isShutOut();
    await member.reload();
    await isShutOut();

    await choose(admin, '管理ログ');
    const records = dialogOf(admin);
    await records.getByText(`理由: ${reason}`).waitFor();
    expect(plain((await entriesOn(admin))[0] ?? '')).toContain('はるか が mugi を入室禁止に設定（7日）');
    await records.locator('.banned-participant', { hasText: 'mugi' }).getByRole('button', { name: '解除' }).click();
    await records.locator('.banned-participant').waitFor({ state: 'detached' });
    // The control that was pressed is gone; the focus is not.
    expect(await hasFocus(records.getByRole('button', { name: '閉じる' }))).toBe(true);
    await member.reload();
    await isLive(member);
  });

  it('without an end says none', async () => {
    const { admin, member } = await openParty();
    await openPersonMenu(admin, 'mugi');
    await press(admin, /^入室禁止にする/);
    await dialogOf(admin).getByLabel('理由').fill('荒らし');
    await press(admin, '入室禁止にする');
    await member.getByText('荒らし', { exact: true }).waitFor();
    expect(await member.getByText('期限').count()).toBe(0);
  });
});

describe('a moderator', () => {
  it('gets the means to keep order at once, and no more of them than they may use', async () => {
    const party = await openParty();
    const { link, admin, member } = party;
    const menu = await openRoomMenu(member);
    await menu.getByText('管理者として入る').waitFor();
    expect(await menu.getByText('部屋をロック').count()).toBe(0);
    await promote(party);
    for (const item of ['部屋をロック', 'スローモード（ひとり1通の間隔）', '管理ログ'])
      await menu.getByText(item).waitFor();
    for (const item of ['タイトルと説明を編集', 'エクスポート', '部屋を削除'])
      expect(await menu.getByText(item).count()).toBe(0);
    await shut(member);

    await windows.enter(link, deviceWith(windows.origin, { name: 'tomo' }));
    const ofMember = await openPersonMenu(member, 'tomo');
    for (const item of ['10分', '退室させる', '入室禁止にする']) {
      await ofMember.getByRole('button', { name: item }).waitFor();
    }
    expect(await ofMember.getByText('モデレーターにする').count()).toBe(0);
    await press(member, /^入室禁止にする/);
    await dialogOf(member).getByLabel('理由').waitFor();
    expect(await dialogOf(member).getByRole('checkbox').count()).toBe(0);
    await shut(member);
    const ofAdmin = await openPersonMenu(member, 'はるか');
    await ofAdmin.getByText('非表示にする').waitFor();
    expect(await ofAdmin.getByText(/退室させる|入室禁止|10分/).count()).toBe(0);
    await shut(member);

    const again = await openRoomMenu(member);
    await openPersonMenu(admin, 'mugi');
    await press(admin, 'モデレーターを解除');
    await again.getByText('部屋をロック').waitFor({ state: 'detached' });
    await member.locator('.person').getByText('モデレーター').waitFor({ state: 'detached' });
  });
});

describe('the room', () => {
  it('when it is locked is written in by those in charge alone', async () => {
    const party = await openParty();
    const { admin, member } = party;
    await member.locator('textarea').focus();
    const menu = await openRoomMenu(admin);
    const lock = menu.getByRole('button', { name: '部屋をロック' });
    await lock.click();
    await member.getByText('部屋がロックされています。現在はモデレーターだけが投稿できます。').waitFor();
    expect(await member.locator('textarea').count()).toBe(0);
    await expect.poll(() => hasFocus(member.locator('.composer-disabled'))).toBe(true);
    await expect.poll(() => lock.getAttribute('aria-pressed')).toBe('true');
    await shut(admin);
    await say(admin, 'お知らせです');
    await shows(member, ['お知らせです']);
    await promote(party);
    // Whoever was writing goes on.
    await expect.poll(() => hasFocus(member.locator('textarea'))).toBe(true);
    await say(member, '承知しました');
    await shows(admin, ['お知らせです', '承知しました']);
    await (await choose(admin, '部屋をロック')).getByText('オフ').first().waitFor();
  });

  it('in slow mode tells members how long to wait, and those in charge nothing', async () => {
    const { admin, member } = await openParty();
    const menu = await openRoomMenu(admin);
    await menu.getByRole('button', { name: '30秒' }).click();
    await member.getByText('スローモード 30秒に1通').waitFor();
    await say(member, 'ひとつめ');
    await member.getByText(/^次の送信まで \d+秒$/).waitFor();
    await member.locator('textarea').fill('ふたつめ');
    expect(await member.getByRole('button', { name: '送信' }).getAttribute('aria-disabled')).toBe('true');
    await shut(admin);
    await say(admin, '一');
    await say(admin, '二');
    await shows(member, ['ひとつめ', '一', '二']);
    expect(await admin.getByText('スローモード').count()).toBe(0);
    await (await openRoomMenu(admin)).locator('.segmented').getByRole('button', { name: 'オフ' }).click();
    await member.getByText('スローモード').waitFor({ state: 'detached' });
  });

  it('gets another title and other tags before everyone’s eyes', async () => {
    const { admin, member } = await openParty();
    const form = await choose(admin, 'タイトルと説明を編集');
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
    expect(await (await choose(admin, 'タイトルと説明を編集')).getByLabel('タグ').inputValue()).toBe('本, 夜');
  });

  it('when it is deleted says so to everyone, and its link is free', async () => {
    const { link, admin, member } = await openParty();
    const question = await choose(admin, '部屋を削除');
    await question.getByRole('heading', { name: 'この部屋を削除しますか？' }).waitFor();
    await question.getByRole('button', { name: '部屋を削除' }).click();
    for (const page of [admin, member]) await page.getByRole('heading', { name: 'この部屋は削除されました' }).waitFor();
    await member.reload();
    await member.getByRole('link', { name: `「${link}」で部屋をつくる` }).waitFor();
  });

  it('is saved as a file with all that was said', async () => {
    const { link, admin, member } = await openParty();
    await say(member, 'こんにちは');
    await shows(admin, ['こんにちは']);
    const menu = await openRoomMenu(admin);
    const [download] = await Promise.all([
      admin.waitForEvent('download'),
      menu.getByRole('button', { name: 'エクスポート' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${link}.ndjson`);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    const records = lines.map((line) => JSON.parse(line) as { text?: string });
    expect(JSON.stringify(records[0])).toContain('読書会');
    const said = records.filter(({ text }) => text !== undefined);
    expect(said.map(({ text }) => text)).toEqual(['こんにちは']);
    expect(lines.join()).not.toContain('admin-secret');
  });
});

describe('a message of another', () => {
  it('is deleted for everyone, who see that it was an admin', async () => {
    const { admin, member } = await openParty();
    await say(member, 'ひどい言葉');
    await shows(admin, ['ひどい言葉']);
    await openMessageMenu(admin, 'ひどい言葉');
    await press(admin, '削除');
    await dialogOf(admin).getByRole('heading', { name: 'メッセージを削除しますか？' }).waitFor();
    await press(admin, '削除');
    for (const page of [admin, member]) {
      await page.getByText('モデレーターが削除しました').waitFor();
      expect(await page.getByText('ひどい言葉').count()).toBe(0);
    }
    // The control that led there is gone; the focus is where it stood.
    await expect.poll(() => hasFocus(admin.locator('[data-message-id]'))).toBe(true);
  });

  it('is reported to those in charge, and to nobody else', async () => {
    const { admin, member } = await openParty();
    await say(admin, 'きつい言葉');
    await shows(member, ['きつい言葉']);
    await openMessageMenu(member, 'きつい言葉');
    await press(member, '報告');
    await dialogOf(member).getByLabel('理由').fill('きついです');
    await press(member, '報告');
    await dialogOf(member).waitFor({ state: 'detached' });
    await choose(admin, '管理ログ');
    await dialogOf(admin).getByText('理由: きついです').waitFor();
    expect(plain((await entriesOn(admin))[0] ?? '')).toContain('mugi が はるか のメッセージを報告');
    await press(admin, 'メッセージを表示');
    await dialogOf(admin).waitFor({ state: 'detached' });
    await messageOf(admin, 'きつい言葉').and(admin.locator('.is-highlighted')).waitFor();
  });
});

describe('the log of keeping order', () => {
  it('has the newest first, and what happens while it is open', async () => {
    const party = await openParty();
    const { admin, member } = party;
    await promote(party);
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

describe('the room’s admin on another device', () => {
  it('enters with its token, and nobody with another', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.enter(link, deviceWith(windows.origin, { name: 'はるか' }));
    const question = await choose(page, '管理者として入る');
    for (const wrong of ['not-the-token', '管理者トークン']) {
      await question.getByLabel('管理者トークン').fill(wrong);
      await question.getByRole('button', { name: '入る' }).click();
      await question.getByText('管理者トークンが違います').waitFor();
    }
    await question.getByLabel('管理者トークン').fill('admin-secret');
    await question.getByRole('button', { name: '入る' }).click();
    await page.locator('.person', { hasText: 'はるか' }).getByText('管理者').waitFor();
    await page.reload();
    await (await choose(page, '管理ログ')).getByText('記録はまだありません。').waitFor();
  });

  it('is told no more than members are where the token is no longer the room’s', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.enter(
      link,
      deviceWith(windows.origin, { [`admin:${link}`]: 'an-old-one', name: 'はるか' }),
    );
    const menu = await openRoomMenu(page);
    await menu.getByText('管理者として入る').waitFor();
    expect(await menu.getByText('管理ログ').count()).toBe(0);
  });
});
