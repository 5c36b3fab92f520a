/** Resuming from an `epoch` and `rev`: each message changed since then is returned once, or `recovered` is false. */
import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { adminToken, allMessages, call, freshLink, makeRoom, roomObject } from '../support/pool/calls.ts';
import { connect, joinRoom, openRoom, type TestSocket } from '../support/pool/sockets.ts';

/** Sends messages and waits until all are acknowledged. */
async function sendMany(socket: TestSocket, count: number, prefix: string): Promise<void> {
  for (let turn = 1; turn <= count; turn++)
    socket.send({ type: 'send', clientId: `${prefix}${turn}`, text: `${turn}` });
  for (let turn = 1; turn <= count; turn++) await socket.next('ack');
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('resuming', () => {
  it('after 300 messages, 20 of them after an eviction, returns exactly those in order', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await sendMany(alice, 10, 'before');
    const seen = await (await connect(link)).auth({ token: 'bob-token' });
    bob.close();
    await sendMany(alice, 280, 'away');
    await evictDurableObject(await roomObject(link));
    await sendMany(alice, 20, 'evicted');
    const back = await (await connect(link)).auth({
      token: 'bob-token',
      resume: { epoch: seen.epoch, rev: seen.rev },
    });
    expect(seen.rev).toBe(10);
    expect(back).toMatchObject({ recovered: true, epoch: seen.epoch, rev: 310 });
    expect(back.messages.map((message) => message.rev)).toEqual(numbers(11, 310));
    expect(back.messages).toEqual((await allMessages(link)).slice(10));
  });

  it('returns no message if none was missed', async () => {
    const { link, alice } = await openRoom('alice');
    await sendMany(alice, 3, 'a');
    const { epoch, rev } = await (await connect(link)).auth();
    expect(await (await connect(link)).auth({ resume: { epoch, rev } })).toMatchObject({
      recovered: true,
      messages: [],
    });
  });

  it('has no gap: a message sent at the same moment is either in ready or follows it', async () => {
    const { link, alice } = await openRoom('alice');
    const { epoch } = await (await connect(link)).auth();
    for (let turn = 1; turn <= 30; turn++) alice.send({ type: 'send', clientId: `${turn}`, text: `${turn}` });
    const back = await connect(link);
    const { messages } = await back.auth({ resume: { epoch, rev: 0 } });
    const revs = messages.map((message) => message.rev);
    while (revs.length < 30) revs.push((await back.next('message')).rev);
    expect(revs).toEqual(numbers(1, 30));
  });

  it('is not recovered if the room was deleted and created again', async () => {
    const { link, alice } = await openRoom('alice');
    await sendMany(alice, 5, 'old');
    const { epoch } = await (await connect(link)).auth();
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    const details = { title: 'again', about: '', tag: [], link };
    await call('POST', '/chat/new', { token: adminToken, content: details });
    const again = await joinRoom(link, 'carol');
    await sendMany(again, 7, 'new');
    const back = await (await connect(link)).auth({ resume: { epoch, rev: 5 } });
    expect(back).toMatchObject({ recovered: false, rev: 7 });
    expect(back.epoch).not.toBe(epoch);
    expect(back.messages.map((message) => message.id)).toEqual(numbers(1, 7));
  });

  it('is not recovered from a rev that the room has not reached', async () => {
    const { link, alice } = await openRoom('alice');
    await sendMany(alice, 2, 'a');
    const { epoch } = await (await connect(link)).auth();
    expect((await (await connect(link)).auth({ resume: { epoch, rev: 3 } })).recovered).toBe(false);
  });

  it('returns the newest page if more than 500 messages were missed', async () => {
    const { link, alice } = await openRoom('alice');
    const { epoch } = await (await connect(link)).auth();
    await sendMany(alice, 501, 'a');
    const over = await (await connect(link)).auth({ resume: { epoch, rev: 0 } });
    expect(over.recovered).toBe(false);
    expect(over.messages.map((message) => message.id)).toEqual(numbers(452, 501));
    const just = await (await connect(link)).auth({ resume: { epoch, rev: 1 } });
    expect(just.recovered).toBe(true);
    expect(just.messages).toHaveLength(500);
  });

  it('is not recovered if more than 512 KiB were missed', async () => {
    const link = await makeRoom();
    const alice = await joinRoom(link, 'alice');
    const { epoch } = await (await connect(link)).auth();
    for (let turn = 1; turn <= 44; turn++) {
      alice.send({ type: 'send', clientId: `${turn}`, text: '語'.repeat(4_000) });
    }
    for (let turn = 1; turn <= 44; turn++) await alice.next('ack');
    expect((await (await connect(link)).auth({ resume: { epoch, rev: 0 } })).recovered).toBe(false);
    expect((await (await connect(link)).auth({ resume: { epoch, rev: 1 } })).recovered).toBe(true);
  });

  it('on an open socket fills the gap that a client found', async () => {
    const { alice, bob } = await openRoom('alice', 'bob');
    await sendMany(alice, 4, 'a');
    const { epoch } = await bob.auth({ token: 'bob-token', name: 'bob' });
    const resumed = await bob.auth({ token: 'bob-token', name: 'bob', resume: { epoch, rev: 2 } });
    expect(resumed.messages.map((message) => message.rev)).toEqual([3, 4]);
  });
});

describe('hibernation', () => {
  it('keeps every socket and its participant', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await sendMany(alice, 1, 'a');
    await evictDurableObject(await roomObject(link));
    bob.send({ type: 'send', clientId: 'b', text: 'awake' });
    await alice.next('message');
    const message = await alice.next('message');
    expect(message).toMatchObject({ rev: 2, author: { name: 'bob' }, text: 'awake' });
    expect(await (await connect(link)).auth()).toMatchObject({ room: { participantCount: 3 } });
  });

  it('answers an automatic ping without waking the room', async () => {
    const { link, alice } = await openRoom('alice');
    await evictDurableObject(await roomObject(link));
    alice.send('{"type":"ping"}');
    expect(await alice.next('pong')).toEqual({ type: 'pong' });
    await expect(evictDurableObject(await roomObject(link))).rejects.toThrow(/not.*running/i);
  });

  it('of a room that was not created stores nothing', async () => {
    const link = freshLink();
    expect((await call('GET', `/chat/${link}`)).status).toBe(404);
    await evictDurableObject(await roomObject(link));
    expect((await call('GET', `/chat/${link}/messages`)).status).toBe(404);
  });
});
