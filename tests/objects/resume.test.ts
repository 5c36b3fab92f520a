/** Coming back: whoever says what they saw last gets what changed since, each once; or is told to start over. */
import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { adminToken, allMessages, call, freshLink, makeRoom, roomObject } from '../support/pool/calls.ts';
import { connect, enter, openRoom, type TestSocket } from '../support/pool/sockets.ts';

/** Sends that many messages and waits until all are stored. */
async function chat(socket: TestSocket, count: number, prefix: string): Promise<void> {
  for (let turn = 1; turn <= count; turn++) socket.say({ type: 'send', clientId: `${prefix}${turn}`, text: `${turn}` });
  for (let turn = 1; turn <= count; turn++) await socket.next('ack');
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('resuming', () => {
  it('after 300 messages, 20 of them after an eviction, gives exactly those in order', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await chat(alice, 10, 'before');
    const seen = await (await connect(link)).enter({ token: 'bob-token' });
    bob.close();
    await chat(alice, 280, 'away');
    await evictDurableObject(await roomObject(link));
    await chat(alice, 20, 'evicted');
    const back = await (await connect(link)).enter({
      token: 'bob-token',
      resume: { epoch: seen.epoch, rev: seen.rev },
    });
    expect(seen.rev).toBe(10);
    expect(back).toMatchObject({ recovered: true, epoch: seen.epoch, rev: 310 });
    expect(back.messages.map((message) => message.rev)).toEqual(numbers(11, 310));
    expect(back.messages).toEqual((await allMessages(link)).slice(10));
  });

  it('with nothing missed gives nothing', async () => {
    const { link, alice } = await openRoom('alice');
    await chat(alice, 3, 'a');
    const { epoch, rev } = await (await connect(link)).enter();
    expect(await (await connect(link)).enter({ resume: { epoch, rev } })).toMatchObject({
      recovered: true,
      messages: [],
    });
  });

  it('goes on without a gap: what is sent at the same moment comes either in ready or after it', async () => {
    const { link, alice } = await openRoom('alice');
    const { epoch } = await (await connect(link)).enter();
    for (let turn = 1; turn <= 30; turn++) alice.say({ type: 'send', clientId: `${turn}`, text: `${turn}` });
    const back = await connect(link);
    const { messages } = await back.enter({ resume: { epoch, rev: 0 } });
    const revs = messages.map((message) => message.rev);
    while (revs.length < 30) revs.push((await back.next('message')).rev);
    expect(revs).toEqual(numbers(1, 30));
  });

  it('of a room deleted and made again is told to start over', async () => {
    const { link, alice } = await openRoom('alice');
    await chat(alice, 5, 'old');
    const { epoch } = await (await connect(link)).enter();
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    const details = { title: 'again', about: '', tag: [], link };
    await call('POST', '/chat/new', { token: adminToken, content: details });
    const again = await enter(link, 'carol');
    await chat(again, 7, 'new');
    const back = await (await connect(link)).enter({ resume: { epoch, rev: 5 } });
    expect(back).toMatchObject({ recovered: false, rev: 7 });
    expect(back.epoch).not.toBe(epoch);
    expect(back.messages.map((message) => message.id)).toEqual(numbers(1, 7));
  });

  it('from a rev the room never reached starts over', async () => {
    const { link, alice } = await openRoom('alice');
    await chat(alice, 2, 'a');
    const { epoch } = await (await connect(link)).enter();
    expect((await (await connect(link)).enter({ resume: { epoch, rev: 3 } })).recovered).toBe(false);
  });

  it('past 500 messages gives the newest page instead', async () => {
    const { link, alice } = await openRoom('alice');
    const { epoch } = await (await connect(link)).enter();
    await chat(alice, 501, 'a');
    const over = await (await connect(link)).enter({ resume: { epoch, rev: 0 } });
    expect(over.recovered).toBe(false);
    expect(over.messages.map((message) => message.id)).toEqual(numbers(452, 501));
    const just = await (await connect(link)).enter({ resume: { epoch, rev: 1 } });
    expect(just.recovered).toBe(true);
    expect(just.messages).toHaveLength(500);
  });

  it('past 512 KiB gives the newest page instead', async () => {
    const link = await makeRoom();
    const alice = await enter(link, 'alice');
    const { epoch } = await (await connect(link)).enter();
    for (let turn = 1; turn <= 44; turn++) {
      alice.say({ type: 'send', clientId: `${turn}`, text: '語'.repeat(4_000) });
    }
    for (let turn = 1; turn <= 44; turn++) await alice.next('ack');
    expect((await (await connect(link)).enter({ resume: { epoch, rev: 0 } })).recovered).toBe(false);
    expect((await (await connect(link)).enter({ resume: { epoch, rev: 1 } })).recovered).toBe(true);
  });

  it('on an open socket answers a client that saw a gap', async () => {
    const { alice, bob } = await openRoom('alice', 'bob');
    await chat(alice, 4, 'a');
    const { epoch } = await bob.enter({ token: 'bob-token', name: 'bob' });
    const asked = await bob.enter({ token: 'bob-token', name: 'bob', resume: { epoch, rev: 2 } });
    expect(asked.messages.map((message) => message.rev)).toEqual([3, 4]);
  });
});

describe('hibernation', () => {
  it('loses no socket: each still speaks and hears as the person it was', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await chat(alice, 1, 'a');
    await evictDurableObject(await roomObject(link));
    bob.say({ type: 'send', clientId: 'b', text: 'awake' });
    await alice.next('message');
    const message = await alice.next('message');
    expect(message).toMatchObject({ rev: 2, author: { name: 'bob' }, text: 'awake' });
    expect(await (await connect(link)).enter()).toMatchObject({ room: { participantCount: 3 } });
  });

  it('is told by a ping of its runtime alone: the room does not wake', async () => {
    const { link, alice } = await openRoom('alice');
    await evictDurableObject(await roomObject(link));
    alice.say('{"type":"ping"}');
    expect(await alice.next('pong')).toEqual({ type: 'pong' });
    await expect(evictDurableObject(await roomObject(link))).rejects.toThrow(/not.*running/i);
  });

  it('of a room nobody made leaves nothing', async () => {
    const link = freshLink();
    expect((await call('GET', `/chat/${link}`)).status).toBe(404);
    await evictDurableObject(await roomObject(link));
    expect((await call('GET', `/chat/${link}/messages`)).status).toBe(404);
  });
});
