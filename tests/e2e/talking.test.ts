/** People talking in a room, in real browsers: what is sent while the line is gone, replies, reactions, who types. */
import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { Caller, messagesAt } from '../support/caller.ts';
import { makeRoomAt } from '../support/rest.ts';
import { becomes, until } from '../support/until.ts';
import { isLive, say, shows, Windows } from '../support/windows.ts';

const windows = Windows.ofThisFile();

const field = (page: Page) => page.locator('.composer textarea');
const line = (page: Page, text: string) => page.locator('[data-message-id]').filter({ hasText: text });
const waiting = (page: Page) => page.locator('[data-state]');

async function texts(link: string): Promise<string[]> {
  return (await messagesAt(windows.origin, link)).map(({ text }) => text);
}

function someoneCalled(link: string, token: string): Caller {
  return new Caller(windows.origin, link, token);
}

/** Stands between a window's socket and the room, and can keep what the room says until it lets it pass. */
async function holdAnswers(page: Page) {
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
    pass: () => {
      isHeld = false;
      for (const send of held.splice(0)) send();
    },
  };
}

/** Another window of the same person. */
async function anotherOf(context: BrowserContext, link: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(new URL(`/chat/${link}/`, windows.origin).href);
  return page;
}

describe('what is written without a connection', () => {
  it('waits, as the banner says, and goes out once and in order', async () => {
    const link = await makeRoomAt(windows.origin);
    const [alice, bob] = [await windows.enter(link), await windows.enter(link)];
    await say(alice, 'zero');
    await shows(bob, ['zero']);
    const banner = alice.locator('.banner');
    // The browser leaves a socket that is open as it is, but knows.
    await alice.context().setOffline(true);
    await banner.getByRole('status').getByText('オフラインです。書いたメッセージは').waitFor();
    await alice.context().setOffline(false);
    await becomes(() => banner.innerText(), '');
    await windows.server.kill();
    await banner.getByRole('status').getByText('再接続しています。').waitFor();
    await alice.context().setOffline(true);
    await banner.getByRole('status').getByText('オフラインです。書いたメッセージは').waitFor();
    for (const text of ['one', 'two', 'three']) await say(alice, text);
    await banner.getByText('オフラインです。3件が送信待ちです。').waitFor();
    expect(await waiting(alice).count()).toBe(3);
    await alice.getByText('送信待ち').first().waitFor();
    await windows.server.boot();
    await isLive(bob);
    expect(await texts(link)).toEqual(['zero']);
    await alice.context().setOffline(false);
    for (const page of [alice, bob]) await shows(page, ['zero', 'one', 'two', 'three']);
    await becomes(() => waiting(alice).count(), 0);
    await becomes(() => banner.innerText(), '');
    expect(await texts(link)).toEqual(['zero', 'one', 'two', 'three']);
  });

  it('outlives its window: the next one sends it, once and in order', async () => {
    const link = await makeRoomAt(windows.origin);
    const [alice, bob] = [await windows.enter(link), await windows.enter(link)];
    await say(alice, 'zero');
    await shows(bob, ['zero']);
    await windows.server.kill();
    await alice.locator('[data-phase=reconnecting]').waitFor();
    for (const text of ['one', 'two', 'three']) await say(alice, text);
    await becomes(() => waiting(alice).count(), 3);
    await alice.getByText('再接続しています。').waitFor();
    const context = alice.context();
    await alice.close();
    await windows.server.boot();
    const again = await anotherOf(context, link);
    for (const page of [again, bob]) await shows(page, ['zero', 'one', 'two', 'three']);
    await becomes(() => waiting(again).count(), 0);
    await again.reload();
    await isLive(again);
    await shows(again, ['zero', 'one', 'two', 'three']);
    expect(await texts(link)).toEqual(['zero', 'one', 'two', 'three']);
  });

  it('of two who write on while the server dies and comes back, is neither lost nor there twice', async () => {
    const link = await makeRoomAt(windows.origin);
    const people = [await windows.enter(link), await windows.enter(link)];
    const said: string[] = [];
    const sayInTurn = async (from: number, to: number) => {
      for (let turn = from; turn <= to; turn++) {
        const page = people[turn % people.length];
        if (page) await say(page, `${turn}.`);
        said.push(`${turn}.`);
      }
    };
    await sayInTurn(1, 6);
    const killed = windows.server.kill();
    await sayInTurn(7, 12);
    await killed;
    await sayInTurn(13, 18);
    await windows.server.boot();
    await sayInTurn(19, 24);
    for (const page of people) await becomes(() => waiting(page).count(), 0);
    await until(async () => (await texts(link)).length === said.length);
    const stored = await messagesAt(windows.origin, link);
    expect(stored.map(({ text }) => text).toSorted()).toEqual(said.toSorted());
    // Of each, in the order in which they wrote.
    for (const id of new Set(stored.map(({ author }) => author.id))) {
      const own = stored.filter(({ author }) => author.id === id).map(({ text }) => Number.parseInt(text, 10));
      expect(own).toEqual(own.toSorted((one, other) => one - other));
    }
    for (const page of people)
      await shows(
        page,
        stored.map(({ text }) => text),
      );
  });
});

describe('what the room refuses', () => {
  it('says why, also after a reload, and is sent again or discarded', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.enter(link);
    const boss = someoneCalled(link, 'boss');
    await say(alice, 'zero');
    await shows(alice, ['zero']);
    await windows.server.kill();
    await alice.locator('[data-phase=reconnecting]').waitFor();
    await say(alice, 'one');
    await say(alice, 'two');
    await becomes(() => waiting(alice).count(), 2);
    const context = alice.context();
    await alice.close();
    await windows.server.boot();
    await boss.moderate({ action: 'lock' });
    const again = await anotherOf(context, link);
    const failed = again.locator('[data-state=failed]');
    await becomes(() => failed.count(), 2);
    await failed.first().getByText('送信できませんでした（').waitFor();
    await boss.moderate({ action: 'unlock' });
    await again.reload();
    await field(again).waitFor();
    await becomes(() => failed.count(), 2);
    expect(await texts(link)).toEqual(['zero']);
    await failed.filter({ hasText: 'one' }).getByRole('button', { name: '取り消す' }).click();
    await failed.filter({ hasText: 'two' }).getByRole('button', { name: '再送信' }).click();
    await shows(again, ['zero', 'two']);
    await becomes(() => waiting(again).count(), 0);
    await again.reload();
    await isLive(again);
    await shows(again, ['zero', 'two']);
    expect(await waiting(again).count()).toBe(0);
  });
});

describe('a reaction', () => {
  it('is given and taken back for everyone, and pressed for who gave it', async () => {
    const link = await makeRoomAt(windows.origin);
    const [alice, bob] = [await windows.enter(link), await windows.enter(link)];
    await say(alice, 'ご飯');
    await line(bob, 'ご飯').hover();
    await line(bob, 'ご飯').getByRole('button', { name: 'リアクション' }).click();
    await bob.getByRole('dialog').getByRole('button', { name: '了解' }).click();
    const stamp = (page: Page) => line(page, 'ご飯').getByRole('button', { name: '了解 1' });
    await stamp(bob).waitFor();
    await stamp(alice).waitFor();
    expect(await stamp(bob).getAttribute('aria-pressed')).toBe('true');
    expect(await stamp(alice).getAttribute('aria-pressed')).toBe('false');
    await stamp(alice).click();
    for (const page of [alice, bob]) {
      const both = line(page, 'ご飯').getByRole('button', { name: '了解 2' });
      await becomes(() => both.getAttribute('aria-pressed'), 'true');
    }
    await line(bob, 'ご飯').getByRole('button', { name: '了解 2' }).click();
    await stamp(alice).waitFor();
    await becomes(() => stamp(bob).getAttribute('aria-pressed'), 'false');
  });

  it('that the room refuses is taken back', async () => {
    const link = await makeRoomAt(windows.origin);
    const bob = someoneCalled(link, 'bob');
    const { id } = await bob.say('full');
    // The room takes twenty kinds.
    for (const code of Array.from({ length: 20 }, (_, index) => 0x1f34a + index)) {
      await bob.react(id, String.fromCodePoint(code));
    }
    const alice = await windows.open('/favicon.svg');
    const answers = await holdAnswers(alice);
    await alice.goto(new URL(`/chat/${link}/`, windows.origin).href);
    const stamps = line(alice, 'full').locator('.reaction');
    await becomes(() => stamps.count(), 20);
    await line(alice, 'full').hover();
    await line(alice, 'full').getByRole('button', { name: 'リアクション', exact: true }).click();
    answers.hold();
    await alice.getByRole('dialog').getByRole('button', { name: '感謝' }).click();
    await becomes(() => stamps.count(), 21);
    answers.pass();
    await becomes(() => stamps.count(), 20);
  });
});

describe('a reply', () => {
  it('quotes what it answers and leads there', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.enter(link);
    const bob = await windows.enter(link);
    await say(alice, '何時にしますか');
    await line(bob, '何時に').hover();
    await line(bob, '何時に').getByRole('button', { name: '返信' }).click();
    await bob.locator('.composer-context').getByText('「何時にしますか」').waitFor();
    await becomes(() => field(bob).evaluate((element) => element === document.activeElement), true);
    await bob.keyboard.press('Escape');
    await becomes(() => bob.locator('.composer-context').count(), 0);
    await line(bob, '何時に').hover();
    await line(bob, '何時に').getByRole('button', { name: '返信' }).click();
    await bob.locator('.composer-context').waitFor();
    await say(bob, '六時');
    await line(alice, '六時').locator('.quote').getByText('「何時にしますか」').waitFor();
    await line(alice, '六時').locator('.quote').click();
    const original = alice.locator('[data-message-id="1"]');
    await becomes(() => original.evaluate((element) => element === document.activeElement), true);
  });

  it('leads to what is far above and not loaded, and says of what is deleted that it is', async () => {
    const link = await makeRoomAt(windows.origin);
    const bob = someoneCalled(link, 'bob');
    const [first, second] = await bob.sayAll(['the first of all', 'the second']);
    await bob.sayAll(Array.from({ length: 130 }, (_, index) => `filler ${index}`));
    await bob.say('to the first', first?.id);
    await bob.say('to the second', second?.id);
    await bob.delete(second?.id ?? 0);
    const alice = await windows.enter(link);
    await line(alice, 'to the first').locator('.quote').getByText('以前のメッセージ').waitFor();
    await line(alice, 'to the first').locator('.quote').click();
    await line(alice, 'the first of all').waitFor();
    const original = alice.locator(`[data-message-id="${first?.id}"]`);
    await becomes(() => original.evaluate((element) => element === document.activeElement), true);
    await bob.say('near again', second?.id);
    await alice.locator('.jump-to-end').click();
    await line(alice, 'near again').locator('.quote').click();
    await alice.locator(`[data-message-id="${second?.id}"]`).getByText('投稿者が削除しました').waitFor();
  });
});

describe('a message’s text', () => {
  it('sets apart mentions, addresses and code, and holds no markup', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await windows.enter(link);
    await alice.getByLabel('表示名').fill('アリス');
    await say(alice, 'どうも');
    await line(alice, 'どうも').waitFor();
    const bob = someoneCalled(link, 'bob');
    await bob.say('@アリス 見て https://example.com/a_(b)。\n```ts\nlet a = "<b>";\n```');
    const text = line(alice, '見て').locator('.text');
    await text.waitFor();
    expect(await text.locator('.mention.is-own').allTextContents()).toEqual(['@アリス']);
    const address = text.locator('a');
    expect(await address.getAttribute('href')).toBe('https://example.com/a_(b)');
    expect(await address.getAttribute('rel')).toBe('noopener noreferrer nofollow ugc');
    expect(await address.getAttribute('target')).toBe('_blank');
    expect(await text.locator('code').textContent()).toContain('let a = "<b>";');
    await bob.say('javascript:alert(1) http:// ftp://example.com');
    await line(alice, 'javascript').waitFor();
    expect(await line(alice, 'javascript').locator('.text a').count()).toBe(0);
  });
});

describe('who types', () => {
  it('is shown to the others, and no more once it is sent or taken back', async () => {
    const link = await makeRoomAt(windows.origin);
    const [alice, bob] = [await windows.enter(link), await windows.enter(link)];
    await bob.getByLabel('表示名').fill('ボブ');
    await say(bob, 'zero');
    await line(alice, 'zero').waitFor();
    const typing = alice.locator('.typing');
    await field(bob).pressSequentially('いま');
    await typing.getByText('ボブ').waitFor();
    expect(await bob.locator('.typing').innerText()).toBe('');
    await bob.keyboard.press('Enter');
    await line(alice, 'いま').waitFor();
    await becomes(() => typing.innerText(), '');
    await field(bob).pressSequentially('もう');
    await typing.getByText('ボブ').waitFor();
    await field(bob).fill('');
    await becomes(() => typing.innerText(), '');
  });
});

describe('somebody whom one hides', () => {
  it('is folded in the log, and neither counted nor told of', async () => {
    const link = await makeRoomAt(windows.origin);
    const [bob, carol] = [someoneCalled(link, 'bob'), someoneCalled(link, 'carol')];
    const alice = await windows.enter(link);
    await bob.say('noise 1');
    await line(alice, 'noise 1').hover();
    await line(alice, 'noise 1').getByRole('button', { name: 'その他' }).click();
    await alice.getByRole('button', { name: '非表示にする' }).click();
    await alice.getByText('非表示にした人のメッセージ').waitFor();
    await alice.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, value: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await bob.say('noise 2');
    await carol.say('music');
    await line(alice, 'music').waitFor();
    await becomes(() => alice.title(), '(1) 読書会 | Flexio Chat');
    await shows(alice, ['music']);
    expect(await alice.getByText('非表示にした人のメッセージ').count()).toBe(2);
    await alice.locator('.unread-divider + article').filter({ hasText: 'music' }).waitFor();
    await alice.reload();
    await isLive(alice);
    await shows(alice, ['music']);
  });
});
