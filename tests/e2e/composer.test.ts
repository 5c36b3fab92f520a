/** The composer in a real browser: send key, input methods, drafts, edits, the length limit, and moderation. */
import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BrowserWindows, expectMessages, sendMessage, waitUntilLive } from '../support/browser-windows.ts';
import { makeRoomAt } from '../support/rest.ts';
import { messagesAt, RestParticipant } from '../support/rest-participant.ts';
import { expectEventually, waitUntil } from '../support/wait-until.ts';

const windows = BrowserWindows.forTestFile();

const field = (page: Page) => page.locator('.composer textarea');
const messageWith = (page: Page, text: string) => page.locator('[data-message-id]').filter({ hasText: text });

async function texts(link: string): Promise<string[]> {
  return (await messagesAt(windows.origin, link)).map(({ text }) => text);
}

/** @returns the participant id of the author of the last message */
async function lastAuthor(link: string): Promise<string> {
  return (await messagesAt(windows.origin, link)).at(-1)?.author.id ?? '';
}

/** Focuses the composer. @returns a session through which `compose` simulates an input method */
async function openInputMethod(page: Page): Promise<CDPSession> {
  await field(page).focus();
  return page.context().newCDPSession(page);
}

function compose(devtools: CDPSession, text: string): Promise<unknown> {
  const place = { selectionStart: text.length, selectionEnd: text.length };
  return devtools.send('Input.imeSetComposition', { text, ...place });
}

const processKey = { code: 'Enter', windowsVirtualKeyCode: 229 };

/** Chrome and Edge: keydown with code 229, because the input method handles the key; then the composition ends. */
async function acceptAsOnWindows(devtools: CDPSession, text: string): Promise<void> {
  await devtools.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Process', ...processKey });
  await devtools.send('Input.insertText', { text });
  await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', key: 'Enter', ...processKey });
}

/** Other browsers: keydown has the name of the key, and only `isComposing` shows that the input method handles it. */
async function acceptAsNamed(devtools: CDPSession, text: string): Promise<void> {
  const key = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13 };
  await devtools.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key });
  await devtools.send('Input.insertText', { text });
  await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
}

/** Safari: the composition ends first; then keydown and keyup follow, with key code 229 or the one of Enter. */
async function acceptAsInSafari(devtools: CDPSession, text: string, code: number): Promise<void> {
  const key = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: code };
  await Promise.all([
    devtools.send('Input.insertText', { text }),
    devtools.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key, text: '\r' }),
    devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key }),
  ]);
}

describe('an input method', () => {
  it.each([
    ['Windows', acceptAsOnWindows],
    ['named key', acceptAsNamed],
    ['Safari, key code 229', (devtools: CDPSession, text: string) => acceptAsInSafari(devtools, text, 229)],
    ['Safari, key code 13', (devtools: CDPSession, text: string) => acceptAsInSafari(devtools, text, 13)],
  ])('ends a composition with an Enter that sends nothing, for either send key (%s)', async (_, accept) => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.openRoom(link);
    const devtools = await openInputMethod(alice);
    for (const [key, text, chord] of [
      ['enter', '会議', 'Enter'],
      ['ctrl', '予定', 'Control+Enter'],
    ] as const) {
      await alice.getByLabel('送信に使うキー').selectOption(key);
      await field(alice).focus();
      await compose(devtools, 'か');
      await compose(devtools, 'かい');
      await accept(devtools, text);
      await expectEventually(() => field(alice).inputValue(), text);
      expect(await alice.locator('[data-state]').count()).toBe(0);
      expect(await texts(link)).not.toContain(text);
      // The composer ignores an Enter right after a composition, because it may belong to the input method.
      await waitUntil(async () => {
        await alice.keyboard.press(chord);
        return (await field(alice).inputValue()) === '';
      });
      await messageWith(alice, text).waitFor();
    }
    expect(await texts(link)).toEqual(['会議', '予定']);
  });
});

describe('the send key', () => {
  it('is Enter, and Shift+Enter starts a new line', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.openRoom(link);
    await field(alice).focus();
    await alice.keyboard.type('one');
    await alice.keyboard.press('Shift+Enter');
    await alice.keyboard.type('two');
    await alice.keyboard.press('Enter');
    await expectMessages(alice, ['one\ntwo']);
  });

  it('can be Ctrl+Enter, also after a reload; Enter then starts a new line', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.openRoom(link, { locale: 'en-GB' });
    await alice.getByLabel('Key to send with').selectOption('ctrl');
    await alice.reload();
    await waitUntilLive(alice);
    expect(await alice.getByLabel('Key to send with').inputValue()).toBe('ctrl');
    await field(alice).focus();
    await alice.keyboard.type('one');
    await alice.keyboard.press('Enter');
    await alice.keyboard.type('two');
    await alice.keyboard.press('Control+Enter');
    await expectMessages(alice, ['one\ntwo']);
  });
});

describe('a draft', () => {
  it('survives a reload, and is removed once it is sent', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.openRoom(link);
    await field(alice).fill('まだ途中');
    await alice.getByText('下書き保存済み').waitFor();
    await alice.reload();
    await waitUntilLive(alice);
    expect(await field(alice).inputValue()).toBe('まだ途中');
    await field(alice).press('Enter');
    await expectMessages(alice, ['まだ途中']);
    await alice.reload();
    await waitUntilLive(alice);
    expect(await field(alice).inputValue()).toBe('');
  });

  it('is set aside while a message is edited, and restored afterwards', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.openRoom(link);
    await sendMessage(alice, 'first');
    await messageWith(alice, 'first').waitFor();
    await field(alice).fill('a draft');
    await messageWith(alice, 'first').hover();
    await messageWith(alice, 'first').getByRole('button', { name: 'その他' }).click();
    await alice.getByRole('button', { name: '編集' }).click();
    await expectEventually(() => field(alice).inputValue(), 'first');
    await expectEventually(() => field(alice).evaluate((element) => element === document.activeElement), true);
    await alice.keyboard.press('Escape');
    await expectEventually(() => field(alice).inputValue(), 'a draft');
  });
});

describe('the length of a message', () => {
  it('is counted as the service counts it, and a longer message is not sent', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.openRoom(link);
    const counter = alice.locator('#counter');
    const longest = '𠮷👍'.repeat(1_999);
    await field(alice).fill(`${longest}あ`);
    await counter.getByText('あと1文字').waitFor();
    await field(alice).fill(`${longest}あいう`);
    await counter.getByText('1文字超えています').waitFor();
    expect(await field(alice).getAttribute('aria-invalid')).toBe('true');
    await alice.keyboard.press('Enter');
    expect(await alice.locator('[data-state]').count()).toBe(0);
    expect(await field(alice).inputValue()).toBe(`${longest}あいう`);
    await field(alice).fill(`${longest}あい`);
    await alice.keyboard.press('Enter');
    await messageWith(alice, '𠮷').waitFor();
    expect(await texts(link)).toEqual([`${longest}あい`]);
    expect(await alice.locator('.send-status.is-failed').count()).toBe(0);
  });
});

describe('an author’s own message', () => {
  it('is edited with ArrowUp in an empty composer, for all participants', async () => {
    const link = await makeRoomAt(windows.origin);
    const [alice, bob] = [await windows.openRoom(link), await windows.openRoom(link)];
    await sendMessage(alice, 'helo');
    await messageWith(alice, 'helo').waitFor();
    await sendMessage(bob, 'mine');
    await messageWith(alice, 'mine').waitFor();
    await field(alice).press('ArrowUp');
    expect(await field(alice).inputValue()).toBe('helo');
    await field(alice).press('Escape');
    expect(await field(alice).inputValue()).toBe('');
    await field(alice).press('ArrowUp');
    await field(alice).fill('hello');
    await field(alice).press('Enter');
    await expectMessages(bob, ['hello', 'mine']);
    await messageWith(bob, 'hello').getByText('（編集済み）').waitFor();
    await expectEventually(() => field(alice).inputValue(), '');
  });

  it('keeps the edited text in the composer if the room rejects it, and shows the reason', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.openRoom(link);
    const operator = new RestParticipant(windows.origin, link, 'boss');
    await sendMessage(alice, 'first');
    await messageWith(alice, 'first').waitFor();
    await field(alice).press('ArrowUp');
    const [message] = await messagesAt(windows.origin, link);
    await operator.deleteAsAdmin(message?.id ?? 0);
    await messageWith(alice, 'モデレーターが削除しました').waitFor();
    await field(alice).fill('second');
    await field(alice).press('Enter');
    await alice
      .getByRole('alert')
      .getByText('できませんでした')
      .or(alice.locator('.composer-context .error'))
      .first()
      .waitFor();
    expect(await field(alice).inputValue()).toBe('second');
  });

  it('is deleted after a confirmation, and leaves a tombstone for all participants', async () => {
    const link = await makeRoomAt(windows.origin);
    const [alice, bob] = [await windows.openRoom(link), await windows.openRoom(link)];
    await sendMessage(alice, 'regret');
    await messageWith(bob, 'regret').waitFor();
    await messageWith(alice, 'regret').hover();
    await messageWith(alice, 'regret').getByRole('button', { name: 'その他' }).click();
    await alice.getByRole('button', { name: '削除' }).click();
    const question = alice.getByRole('dialog', { name: 'メッセージを削除しますか？' });
    await question.getByRole('button', { name: 'キャンセル' }).click();
    await question.waitFor({ state: 'detached' });
    expect(await texts(link)).toEqual(['regret']);
    await messageWith(alice, 'regret').hover();
    await messageWith(alice, 'regret').getByRole('button', { name: 'その他' }).click();
    await alice.getByRole('button', { name: '削除' }).click();
    await question.getByRole('button', { name: '削除' }).click();
    for (const page of [alice, bob]) {
      await messageWith(page, '投稿者が削除しました').waitFor();
      await expectMessages(page, []);
    }
  });
});

describe('a participant', () => {
  it('waits in slow mode, and the message is sent afterwards', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.openRoom(link);
    const boss = new RestParticipant(windows.origin, link, 'boss');
    await boss.moderate({ action: 'slow', seconds: 4 });
    await alice.getByText('スローモード 4秒に1通').waitFor();
    await sendMessage(alice, 'one');
    await alice
      .getByRole('timer')
      .getByText(/^次の送信まで \d秒$/)
      .waitFor();
    await field(alice).fill('two');
    expect(await alice.locator('.send').getAttribute('aria-disabled')).toBe('true');
    await alice.getByText('スローモード 4秒に1通').waitFor();
    await field(alice).press('Enter');
    await expectMessages(alice, ['one', 'two']);
    expect(await texts(link)).toEqual(['one', 'two']);
  });

  it('sees that the room is locked, and can send the draft once it is unlocked', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.openRoom(link);
    const boss = new RestParticipant(windows.origin, link, 'boss');
    await field(alice).fill('wait for it');
    await boss.moderate({ action: 'lock' });
    await alice.getByRole('status').getByText('部屋がロックされています').waitFor();
    expect(await field(alice).count()).toBe(0);
    await boss.moderate({ action: 'unlock' });
    await field(alice).waitFor();
    expect(await field(alice).inputValue()).toBe('wait for it');
    await field(alice).press('Enter');
    await expectMessages(alice, ['wait for it']);
  });

  it('sees a mute and its end, and can write again when it ends', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.openRoom(link);
    const boss = new RestParticipant(windows.origin, link, 'boss');
    await sendMessage(alice, 'one');
    await messageWith(alice, 'one').waitFor();
    const target = await lastAuthor(link);
    await boss.moderate({ action: 'mute', target, seconds: 4 });
    await alice
      .getByRole('status')
      .getByText(/^ミュートされています。\d\d:\d\d まで投稿できません。$/)
      .waitFor();
    await field(alice).waitFor();
    await sendMessage(alice, 'two');
    await expectMessages(alice, ['one', 'two']);
  });
});
