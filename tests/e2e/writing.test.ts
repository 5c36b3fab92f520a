/** Writing in a room: keys and input methods, drafts, changes, limits, and who may write, in a real browser. */
import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { Caller, messagesAt } from '../support/caller.ts';
import { makeRoomAt } from '../support/rest.ts';
import { becomes, until } from '../support/until.ts';
import { isLive, say, shows, Windows } from '../support/windows.ts';

const windows = Windows.ofThisFile();

const field = (page: Page) => page.locator('.composer textarea');
const line = (page: Page, text: string) => page.locator('[data-message-id]').filter({ hasText: text });

async function texts(link: string): Promise<string[]> {
  return (await messagesAt(windows.origin, link)).map(({ text }) => text);
}

/** Whose id the author of the last message has. */
async function lastAuthor(link: string): Promise<string> {
  return (await messagesAt(windows.origin, link)).at(-1)?.author.id ?? '';
}

/** An input method at work in the composer of a window, as the browser passes it on. */
async function inputMethod(page: Page): Promise<CDPSession> {
  await field(page).focus();
  return page.context().newCDPSession(page);
}

function compose(devtools: CDPSession, text: string): Promise<unknown> {
  const place = { selectionStart: text.length, selectionEnd: text.length };
  return devtools.send('Input.imeSetComposition', { text, ...place });
}

const processKey = { code: 'Enter', windowsVirtualKeyCode: 229 };

/** Chrome and Edge: the key comes first, as one that the input method has taken; then the composition ends. */
async function acceptAsOnWindows(devtools: CDPSession, text: string): Promise<void> {
  await devtools.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Process', ...processKey });
  await devtools.send('Input.insertText', { text });
  await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', key: 'Enter', ...processKey });
}

/** Others name the key, and say only by `isComposing` whose it is. */
async function acceptAsNamed(devtools: CDPSession, text: string): Promise<void> {
  const key = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13 };
  await devtools.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key });
  await devtools.send('Input.insertText', { text });
  await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
}

/** Safari: the composition ends first; then comes the key, whole, and with 229 or without. */
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
    ['as on Windows', acceptAsOnWindows],
    ['as with its name', acceptAsNamed],
    ['as in Safari', (devtools: CDPSession, text: string) => acceptAsInSafari(devtools, text, 229)],
    ['as in Safari, without a sign', (devtools: CDPSession, text: string) => acceptAsInSafari(devtools, text, 13)],
  ])('accepts by an Enter that sends nothing (%s), whichever key sends', async (_, accept) => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.enter(link);
    const devtools = await inputMethod(alice);
    for (const [key, text, chord] of [
      ['enter', '会議', 'Enter'],
      ['ctrl', '予定', 'Control+Enter'],
    ] as const) {
      await alice.getByLabel('送信に使うキー').selectOption(key);
      await field(alice).focus();
      await compose(devtools, 'か');
      await compose(devtools, 'かい');
      await accept(devtools, text);
      await becomes(() => field(alice).inputValue(), text);
      expect(await alice.locator('[data-state]').count()).toBe(0);
      expect(await texts(link)).not.toContain(text);
      // An Enter that comes at once may be the input method's.
      await until(async () => {
        await alice.keyboard.press(chord);
        return (await field(alice).inputValue()) === '';
      });
      await line(alice, text).waitFor();
    }
    expect(await texts(link)).toEqual(['会議', '予定']);
  });
});

describe('the key that sends', () => {
  it('is Enter, and with Shift starts a line', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.enter(link);
    await field(alice).focus();
    await alice.keyboard.type('one');
    await alice.keyboard.press('Shift+Enter');
    await alice.keyboard.type('two');
    await alice.keyboard.press('Enter');
    await shows(alice, ['one\ntwo']);
  });

  it('can be Ctrl+Enter, also after a reload; Enter then starts a line', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.enter(link, { locale: 'en-GB' });
    await alice.getByLabel('Key to send with').selectOption('ctrl');
    await alice.reload();
    await isLive(alice);
    expect(await alice.getByLabel('Key to send with').inputValue()).toBe('ctrl');
    await field(alice).focus();
    await alice.keyboard.type('one');
    await alice.keyboard.press('Enter');
    await alice.keyboard.type('two');
    await alice.keyboard.press('Control+Enter');
    await shows(alice, ['one\ntwo']);
  });
});

describe('a draft', () => {
  it('outlives a reload, and is gone once it is sent', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.enter(link);
    await field(alice).fill('まだ途中');
    await alice.getByText('下書き保存済み').waitFor();
    await alice.reload();
    await isLive(alice);
    expect(await field(alice).inputValue()).toBe('まだ途中');
    await field(alice).press('Enter');
    await shows(alice, ['まだ途中']);
    await alice.reload();
    await isLive(alice);
    expect(await field(alice).inputValue()).toBe('');
  });

  it('is set aside while one changes a message, and comes back', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.enter(link);
    await say(alice, 'first');
    await line(alice, 'first').waitFor();
    await field(alice).fill('a draft');
    await line(alice, 'first').hover();
    await line(alice, 'first').getByRole('button', { name: 'その他' }).click();
    await alice.getByRole('button', { name: '編集' }).click();
    await becomes(() => field(alice).inputValue(), 'first');
    await becomes(() => field(alice).evaluate((element) => element === document.activeElement), true);
    await alice.keyboard.press('Escape');
    await becomes(() => field(alice).inputValue(), 'a draft');
  });
});

describe('the length of a message', () => {
  it('is counted as the room counts it, and what is too long is not sent', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.enter(link);
    const counter = alice.locator('#counter');
    const most = '𠮷👍'.repeat(1_999);
    await field(alice).fill(`${most}あ`);
    await counter.getByText('あと1字').waitFor();
    await field(alice).fill(`${most}あいう`);
    await counter.getByText('1文字超えています').waitFor();
    expect(await field(alice).getAttribute('aria-invalid')).toBe('true');
    await alice.keyboard.press('Enter');
    expect(await alice.locator('[data-state]').count()).toBe(0);
    expect(await field(alice).inputValue()).toBe(`${most}あいう`);
    await field(alice).fill(`${most}あい`);
    await alice.keyboard.press('Enter');
    await line(alice, '𠮷').waitFor();
    expect(await texts(link)).toEqual([`${most}あい`]);
    expect(await alice.locator('.send-status.is-failed').count()).toBe(0);
  });
});

describe('a message of one’s own', () => {
  it('is changed from the keyboard, by ArrowUp in an empty field, for everyone', async () => {
    const link = await makeRoomAt(windows.origin);
    const [alice, bob] = [await windows.enter(link), await windows.enter(link)];
    await say(alice, 'helo');
    await line(alice, 'helo').waitFor();
    await say(bob, 'mine');
    await line(alice, 'mine').waitFor();
    await field(alice).press('ArrowUp');
    expect(await field(alice).inputValue()).toBe('helo');
    await field(alice).press('Escape');
    expect(await field(alice).inputValue()).toBe('');
    await field(alice).press('ArrowUp');
    await field(alice).fill('hello');
    await field(alice).press('Enter');
    await shows(bob, ['hello', 'mine']);
    await line(bob, 'hello').getByText('（編集済み）').waitFor();
    await becomes(() => field(alice).inputValue(), '');
  });

  it('keeps its change in the field where the room refuses it, and says why', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.enter(link);
    const operator = new Caller(windows.origin, link, 'boss');
    await say(alice, 'first');
    await line(alice, 'first').waitFor();
    await field(alice).press('ArrowUp');
    const [message] = await messagesAt(windows.origin, link);
    await operator.deleteAsAdmin(message?.id ?? 0);
    await line(alice, 'モデレーターが削除しました').waitFor();
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

  it('is deleted after a question, and leaves a mark for everyone', async () => {
    const link = await makeRoomAt(windows.origin);
    const [alice, bob] = [await windows.enter(link), await windows.enter(link)];
    await say(alice, 'regret');
    await line(bob, 'regret').waitFor();
    await line(alice, 'regret').hover();
    await line(alice, 'regret').getByRole('button', { name: 'その他' }).click();
    await alice.getByRole('button', { name: '削除' }).click();
    const question = alice.getByRole('dialog', { name: 'メッセージを削除しますか？' });
    await question.getByRole('button', { name: 'キャンセル' }).click();
    await question.waitFor({ state: 'detached' });
    expect(await texts(link)).toEqual(['regret']);
    await line(alice, 'regret').hover();
    await line(alice, 'regret').getByRole('button', { name: 'その他' }).click();
    await alice.getByRole('button', { name: '削除' }).click();
    await question.getByRole('button', { name: '削除' }).click();
    for (const page of [alice, bob]) {
      await line(page, '投稿者が削除しました').waitFor();
      await shows(page, []);
    }
  });
});

describe('who may write', () => {
  it('waits in slow mode, and the message goes out after', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.enter(link);
    const boss = new Caller(windows.origin, link, 'boss');
    await boss.moderate({ action: 'slow', seconds: 4 });
    await alice.getByText('スローモード 4秒に1通').waitFor();
    await say(alice, 'one');
    await alice
      .getByRole('timer')
      .getByText(/^次の送信まで \d秒$/)
      .waitFor();
    await field(alice).fill('two');
    expect(await alice.locator('.send').getAttribute('aria-disabled')).toBe('true');
    await alice.getByText('スローモード 4秒に1通').waitFor();
    await field(alice).press('Enter');
    await shows(alice, ['one', 'two']);
    expect(await texts(link)).toEqual(['one', 'two']);
  });

  it('is told of a lock, and may again when it is lifted; the draft is still there', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.enter(link);
    const boss = new Caller(windows.origin, link, 'boss');
    await field(alice).fill('wait for it');
    await boss.moderate({ action: 'lock' });
    await alice.getByRole('status').getByText('部屋がロックされています').waitFor();
    expect(await field(alice).count()).toBe(0);
    await boss.moderate({ action: 'unlock' });
    await field(alice).waitFor();
    expect(await field(alice).inputValue()).toBe('wait for it');
    await field(alice).press('Enter');
    await shows(alice, ['wait for it']);
  });

  it('is told of a mute and until when, and may again by itself after', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.enter(link);
    const boss = new Caller(windows.origin, link, 'boss');
    await say(alice, 'one');
    await line(alice, 'one').waitFor();
    const target = await lastAuthor(link);
    await boss.moderate({ action: 'mute', target, seconds: 4 });
    await alice
      .getByRole('status')
      .getByText(/^ミュートされています。\d\d:\d\d まで投稿できません。$/)
      .waitFor();
    await field(alice).waitFor();
    await say(alice, 'two');
    await shows(alice, ['one', 'two']);
  });
});
