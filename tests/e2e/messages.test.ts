/** Messages in real browsers: sending without a connection, rejected messages, reactions, replies, text, and typing. */
import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BrowserWindows, expectMessages, sendMessage, waitUntilLive } from '../support/browser-windows.ts';
import { makeRoomAt } from '../support/rest.ts';
import { messagesAt, RestParticipant } from '../support/rest-participant.ts';
import { expectEventually, waitUntil } from '../support/wait-until.ts';

const windows = BrowserWindows.forTestFile();

const field = (page: Page) => page.locator('.composer textarea');
const messageWith = (page: Page, text: string) => page.locator('[data-message-id]').filter({ hasText: text });
const unsent = (page: Page) => page.locator('[data-state]');

async function texts(link: string): Promise<string[]> {
  return (await messagesAt(windows.origin, link)).map(({ text }) => text);
}

function restParticipant(link: string, token: string): RestParticipant {
  return new RestParticipant(windows.origin, link, token);
}

/** Intercepts a window's socket. `hold` delays the frames from the room until `release` is called. */
async function interceptFrames(page: Page) {
  let isHeld = false;
  const held: (() => void)[] = [];
  await page.routeWebSocket(/\/ws$/, (socket) => {
    socket.connectToServer().onMessage((text) => {
      if (isHeld) held.push(() => socket.send(text));
      else socket.send(text);
    });
  });
  return {
    hold: () => {
      isHeld = true;
    },
    release: () => {
      isHeld = false;
      for (const send of held.splice(0)) send();
    },
  };
}

/** Opens the room in another window with the same storage, as the same participant. */
async function openSecondWindow(context: BrowserContext, link: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(new URL(`/chat/${link}/`, windows.origin).href);
  return page;
}

describe('messages written without a connection', () => {
  it('wait, as the banner shows, and are sent once and in order', async () => {
    const link = await makeRoomAt(windows.origin);
    const [alice, bob] = [await windows.openRoom(link), await windows.openRoom(link)];
    await sendMessage(alice, 'zero');
    await expectMessages(bob, ['zero']);
    const banner = alice.locator('.banner');
    // The browser keeps an open socket, but reports that it is offline.
    await alice.context().setOffline(true);
    await banner.getByRole('status').getByText('オフラインです。書いたメッセージは').waitFor();
    await alice.context().setOffline(false);
    await expectEventually(() => banner.innerText(), '');
    await windows.server.kill();
    await banner.getByRole('status').getByText('再接続しています。').waitFor();
    await alice.context().setOffline(true);
    await banner.getByRole('status').getByText('オフラインです。書いたメッセージは').waitFor();
    for (const text of ['one', 'two', 'three']) await sendMessage(alice, text);
    await banner.getByText('オフラインです。3件が送信待ちです。').waitFor();
    expect(await unsent(alice).count()).toBe(3);
    await alice.getByText('送信待ち').first().waitFor();
    await windows.server.boot();
    await waitUntilLive(bob);
    expect(await texts(link)).toEqual(['zero']);
    await alice.context().setOffline(false);
    for (const page of [alice, bob]) await expectMessages(page, ['zero', 'one', 'two', 'three']);
    await expectEventually(() => unsent(alice).count(), 0);
    await expectEventually(() => banner.innerText(), '');
    expect(await texts(link)).toEqual(['zero', 'one', 'two', 'three']);
  });

  it('survive the close of their window: the next window sends them, once and in order', async () => {
    const link = await makeRoomAt(windows.origin);
    const [alice, bob] = [await windows.openRoom(link), await windows.openRoom(link)];
    await sendMessage(alice, 'zero');
    await expectMessages(bob, ['zero']);
    await windows.server.kill();
    await alice.locator('[data-phase=reconnecting]').waitFor();
    for (const text of ['one', 'two', 'three']) await sendMessage(alice, text);
    await expectEventually(() => unsent(alice).count(), 3);
    await alice.getByText('再接続しています。').waitFor();
    const context = alice.context();
    await alice.close();
    await windows.server.boot();
    const again = await openSecondWindow(context, link);
    for (const page of [again, bob]) await expectMessages(page, ['zero', 'one', 'two', 'three']);
    await expectEventually(() => unsent(again).count(), 0);
    await again.reload();
    await waitUntilLive(again);
    await expectMessages(again, ['zero', 'one', 'two', 'three']);
    expect(await texts(link)).toEqual(['zero', 'one', 'two', 'three']);
  });

  it('of two participants during a kill and restart of the server are neither lost nor duplicated', async () => {
    const link = await makeRoomAt(windows.origin);
    const pages = [await windows.openRoom(link), await windows.openRoom(link)];
    const sent: string[] = [];
    const sendInTurn = async (from: number, to: number) => {
      for (let turn = from; turn <= to; turn++) {
        const page = pages[turn % pages.length];
        if (page) await sendMessage(page, `${turn}.`);
        sent.push(`${turn}.`);
      }
    };
    await sendInTurn(1, 6);
    const killed = windows.server.kill();
    await sendInTurn(7, 12);
    await killed;
    await sendInTurn(13, 18);
    await windows.server.boot();
    await sendInTurn(19, 24);
    for (const page of pages) await expectEventually(() => unsent(page).count(), 0);
    await waitUntil(async () => (await texts(link)).length === sent.length);
    const stored = await messagesAt(windows.origin, link);
    expect(stored.map(({ text }) => text).toSorted()).toEqual(sent.toSorted());
    // The messages of each author are in the order in which they were written.
    for (const id of new Set(stored.map(({ author }) => author.id))) {
      const own = stored.filter(({ author }) => author.id === id).map(({ text }) => Number.parseInt(text, 10));
      expect(own).toEqual(own.toSorted((one, other) => one - other));
    }
    for (const page of pages)
      await expectMessages(
        page,
        stored.map(({ text }) => text),
      );
  });
});

describe('a rejected message', () => {
  it('shows the reason, also after a reload, and can be resent or discarded', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.openRoom(link);
    const boss = restParticipant(link, 'boss');
    await sendMessage(alice, 'zero');
    await expectMessages(alice, ['zero']);
    await windows.server.kill();
    await alice.locator('[data-phase=reconnecting]').waitFor();
    await sendMessage(alice, 'one');
    await sendMessage(alice, 'two');
    await expectEventually(() => unsent(alice).count(), 2);
    const context = alice.context();
    await alice.close();
    await windows.server.boot();
    await boss.moderate({ action: 'lock' });
    const again = await openSecondWindow(context, link);
    const failed = again.locator('[data-state=failed]');
    await expectEventually(() => failed.count(), 2);
    await failed.first().getByText('送信できませんでした（').waitFor();
    await boss.moderate({ action: 'unlock' });
    await again.reload();
    await field(again).waitFor();
    await expectEventually(() => failed.count(), 2);
    expect(await texts(link)).toEqual(['zero']);
    await failed.filter({ hasText: 'one' }).getByRole('button', { name: '取り消す' }).click();
    await failed.filter({ hasText: 'two' }).getByRole('button', { name: '再送信' }).click();
    await expectMessages(again, ['zero', 'two']);
    await expectEventually(() => unsent(again).count(), 0);
    await again.reload();
    await waitUntilLive(again);
    await expectMessages(again, ['zero', 'two']);
    expect(await unsent(again).count()).toBe(0);
  });
});

describe('a reaction', () => {
  it('is added and removed for all participants, and shown as pressed to those who added it', async () => {
    const link = await makeRoomAt(windows.origin);
    const [alice, bob] = [await windows.openRoom(link), await windows.openRoom(link)];
    await sendMessage(alice, 'ご飯');
    await messageWith(bob, 'ご飯').hover();
    await messageWith(bob, 'ご飯').getByRole('button', { name: 'リアクション' }).click();
    await bob.getByRole('dialog').getByRole('button', { name: '了解' }).click();
    const reactionButton = (page: Page) => messageWith(page, 'ご飯').getByRole('button', { name: '了解 1' });
    await reactionButton(bob).waitFor();
    await reactionButton(alice).waitFor();
    expect(await reactionButton(bob).getAttribute('aria-pressed')).toBe('true');
    expect(await reactionButton(alice).getAttribute('aria-pressed')).toBe('false');
    await reactionButton(alice).click();
    for (const page of [alice, bob]) {
      const both = messageWith(page, 'ご飯').getByRole('button', { name: '了解 2' });
      await expectEventually(() => both.getAttribute('aria-pressed'), 'true');
    }
    await messageWith(bob, 'ご飯').getByRole('button', { name: '了解 2' }).click();
    await reactionButton(alice).waitFor();
    await expectEventually(() => reactionButton(bob).getAttribute('aria-pressed'), 'false');
  });

  it('that the room rejects is removed again', async () => {
    const link = await makeRoomAt(windows.origin);
    const bob = restParticipant(link, 'bob');
    const { id } = await bob.send('full');
    // A message has at most twenty different reactions.
    for (const code of Array.from({ length: 20 }, (_, index) => 0x1f34a + index)) {
      await bob.react(id, String.fromCodePoint(code));
    }
    const alice = await windows.open('/favicon.svg');
    const frames = await interceptFrames(alice);
    await alice.goto(new URL(`/chat/${link}/`, windows.origin).href);
    const reactions = messageWith(alice, 'full').locator('.reaction');
    await expectEventually(() => reactions.count(), 20);
    await messageWith(alice, 'full').hover();
    await messageWith(alice, 'full').getByRole('button', { name: 'リアクション', exact: true }).click();
    frames.hold();
    await alice.getByRole('dialog').getByRole('button', { name: '感謝' }).click();
    await expectEventually(() => reactions.count(), 21);
    frames.release();
    await expectEventually(() => reactions.count(), 20);
  });
});

describe('a reply', () => {
  it('quotes the original message and jumps to it', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.openRoom(link);
    const bob = await windows.openRoom(link);
    await sendMessage(alice, '何時にしますか');
    await messageWith(bob, '何時に').hover();
    await messageWith(bob, '何時に').getByRole('button', { name: '返信' }).click();
    await bob.locator('.composer-context').getByText('「何時にしますか」').waitFor();
    await expectEventually(() => field(bob).evaluate((element) => element === document.activeElement), true);
    await bob.keyboard.press('Escape');
    await expectEventually(() => bob.locator('.composer-context').count(), 0);
    await messageWith(bob, '何時に').hover();
    await messageWith(bob, '何時に').getByRole('button', { name: '返信' }).click();
    await bob.locator('.composer-context').waitFor();
    await sendMessage(bob, '六時');
    await messageWith(alice, '六時').locator('.quote').getByText('「何時にしますか」').waitFor();
    await messageWith(alice, '六時').locator('.quote').click();
    const original = alice.locator('[data-message-id="1"]');
    await expectEventually(() => original.evaluate((element) => element === document.activeElement), true);
  });

  it('jumps to an original that is not loaded, and to one that was deleted', async () => {
    const link = await makeRoomAt(windows.origin);
    const bob = restParticipant(link, 'bob');
    const [first, second] = await bob.sendAll(['the first of all', 'the second']);
    await bob.sendAll(Array.from({ length: 130 }, (_, index) => `filler ${index}`));
    await bob.send('to the first', first?.id);
    await bob.send('to the second', second?.id);
    await bob.delete(second?.id ?? 0);
    const alice = await windows.openRoom(link);
    await messageWith(alice, 'to the first').locator('.quote').getByText('以前のメッセージ').waitFor();
    await messageWith(alice, 'to the first').locator('.quote').click();
    await messageWith(alice, 'the first of all').waitFor();
    const original = alice.locator(`[data-message-id="${first?.id}"]`);
    await expectEventually(() => original.evaluate((element) => element === document.activeElement), true);
    await bob.send('near again', second?.id);
    await alice.locator('.jump-to-end').click();
    await messageWith(alice, 'near again').locator('.quote').click();
    await alice.locator(`[data-message-id="${second?.id}"]`).getByText('投稿者が削除しました').waitFor();
  });
});

describe('a message’s text', () => {
  it('formats mentions, links and code, and contains no markup', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.openRoom(link);
    await alice.getByLabel('表示名').fill('アリス');
    await sendMessage(alice, 'どうも');
    await messageWith(alice, 'どうも').waitFor();
    const bob = restParticipant(link, 'bob');
    await bob.send('@アリス 見て https://example.com/a_(b)。\n```ts\nlet a = "<b>";\n```');
    const text = messageWith(alice, '見て').locator('.text');
    await text.waitFor();
    expect(await text.locator('.mention.is-own').allTextContents()).toEqual(['@アリス']);
    const address = text.locator('a');
    expect(await address.getAttribute('href')).toBe('https://example.com/a_(b)');
    expect(await address.getAttribute('rel')).toBe('noopener noreferrer nofollow ugc');
    expect(await address.getAttribute('target')).toBe('_blank');
    expect(await text.locator('code').textContent()).toContain('let a = "<b>";');
    await bob.send('javascript:alert(1) http:// ftp://example.com');
    await messageWith(alice, 'javascript').waitFor();
    expect(await messageWith(alice, 'javascript').locator('.text a').count()).toBe(0);
  });
});

describe('the typing indicator', () => {
  it('is shown to the others until the text is sent or cleared', async () => {
    const link = await makeRoomAt(windows.origin);
    const [alice, bob] = [await windows.openRoom(link), await windows.openRoom(link)];
    await bob.getByLabel('表示名').fill('ボブ');
    await sendMessage(bob, 'zero');
    await messageWith(alice, 'zero').waitFor();
    const typing = alice.locator('.typing');
    await field(bob).pressSequentially('いま');
    await typing.getByText('ボブ').waitFor();
    expect(await bob.locator('.typing').innerText()).toBe('');
    await bob.keyboard.press('Enter');
    await messageWith(alice, 'いま').waitFor();
    await expectEventually(() => typing.innerText(), '');
    await field(bob).pressSequentially('もう');
    await typing.getByText('ボブ').waitFor();
    await field(bob).fill('');
    await expectEventually(() => typing.innerText(), '');
  });
});

describe('a hidden participant', () => {
  it('is collapsed in the log, and not counted as unread', async () => {
    const link = await makeRoomAt(windows.origin);
    const [bob, carol] = [restParticipant(link, 'bob'), restParticipant(link, 'carol')];
    const alice = await windows.openRoom(link);
    await bob.send('noise 1');
    await messageWith(alice, 'noise 1').hover();
    await messageWith(alice, 'noise 1').getByRole('button', { name: 'その他' }).click();
    await alice.getByRole('button', { name: '非表示にする' }).click();
    await alice.getByText('非表示にした人のメッセージ').waitFor();
    await alice.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, value: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await bob.send('noise 2');
    await carol.send('music');
    await messageWith(alice, 'music').waitFor();
    await expectEventually(() => alice.title(), '(1) 読書会 | Flexio Chat');
    await expectMessages(alice, ['music']);
    expect(await alice.getByText('非表示にした人のメッセージ').count()).toBe(2);
    await alice.locator('.unread-divider + article').filter({ hasText: 'music' }).waitFor();
    await alice.reload();
    await waitUntilLive(alice);
    await expectMessages(alice, ['music']);
  });
});
