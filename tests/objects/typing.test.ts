/** Typing indicators over WebSocket. */
import { describe, expect, it } from 'vitest';
import { adminToken, call } from '../support/pool/calls.ts';
import { connect, openRoom } from '../support/pool/sockets.ts';

describe('typing', () => {
  it('is broadcast to all clients and not stored', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    for (const on of [true, false]) {
      alice.send({ type: 'typing', on });
      expect(await bob.next('typing')).toEqual({
        type: 'typing',
        participant: expect.objectContaining({ name: 'alice' }),
        on,
      });
    }
    const { content } = await call('GET', `/chat/${link}/messages`);
    expect(content).toMatchObject({ messages: [], rev: 0 });
  });

  it.each([
    ['a viewer', {}, 401],
    ['a muted participant', { token: 'alice-token' }, 403],
  ])('is refused from %s', async (_, auth, statusCode) => {
    const { link } = await openRoom('alice');
    const socket = await connect(link);
    const { participant } = await socket.auth(auth);
    const mute = { token: 'boss', adminToken, action: 'mute', target: participant?.id };
    if (participant) await call('POST', `/chat/${link}/moderation`, mute);
    socket.send({ type: 'typing', on: true, ref: 't' });
    expect(await socket.next('error')).toMatchObject({ ref: 't', statusCode });
  });
});
