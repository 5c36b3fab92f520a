/** The reducer of the client: frames in, state out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasGap, initialState, type RoomEvent, type RoomState, reduce } from '../../client/room/room-state.ts';
import type { ServerFrame } from '../../shared/server-frames.ts';
import { alice, bob, message, ready, room } from './frames.ts';

const frameEvents = (...frames: ServerFrame[]): RoomEvent[] => frames.map((frame) => ({ type: 'frame', frame, at: 0 }));
const stateAfter = (...events: RoomEvent[]): RoomState => events.reduce(reduce, initialState);
const ids = (state: RoomState) => state.messages.map(({ id }) => id);

describe('messages', () => {
  it('are merged by id, and the later version of each is kept', () => {
    const edited = message(1, { rev: 3, text: 'edited' });
    const state = stateAfter(
      ...frameEvents(ready({ rev: 2, messages: [message(1), message(2)] }), { type: 'message', ...edited }),
    );
    expect(state.messages).toEqual([edited, message(2)]);
    expect(state.position).toEqual({ epoch: 'one', rev: 3 });
  });

  it('received again change nothing', () => {
    const state = stateAfter(...frameEvents(ready({ rev: 2, messages: [message(1), message(2)] })));
    expect(reduce(state, { type: 'frame', frame: { type: 'message', ...message(2) }, at: 0 })).toBe(state);
  });

  it('show a gap if the next rev is missing', () => {
    const state = stateAfter(...frameEvents(ready({ rev: 4 })));
    expect(hasGap(state, { type: 'message', ...message(5) })).toBe(false);
    expect(hasGap(state, { type: 'message', ...message(6) })).toBe(true);
  });

  it('of an older page are added at the beginning, up to the start of the log', () => {
    const start = frameEvents(ready({ rev: 9, messages: [message(8), message(9)] }));
    expect(stateAfter(...start).hasOlder).toBe(true);
    const page = { type: 'history' as const, ref: 'older-8', epoch: 'one', rev: 9, floor: 1 };
    const more = stateAfter(...start, ...frameEvents({ ...page, messages: [message(6), message(7)] }));
    expect(ids(more)).toEqual([6, 7, 8, 9]);
    expect(more.hasOlder).toBe(true);
    expect(stateAfter(...start, ...frameEvents({ ...page, messages: [message(1)] })).hasOlder).toBe(false);
  });

  it('of a page of another epoch are ignored', () => {
    const state = stateAfter(...frameEvents(ready({ rev: 9, messages: [message(9)] })));
    const page = { type: 'history' as const, ref: 'older-9', epoch: 'two', rev: 9, floor: 1, messages: [message(3)] };
    expect(reduce(state, { type: 'frame', frame: page, at: 0 })).toBe(state);
  });

  it('changed below the oldest page are left to their page, so that no gap appears', () => {
    const start = frameEvents(ready({ rev: 100, messages: [message(99), message(100)] }));
    const edited = message(5, { rev: 101, text: 'edited' });
    const state = stateAfter(...start, ...frameEvents({ type: 'message', ...edited }));
    expect(ids(state)).toEqual([99, 100]);
    expect(state.position?.rev).toBe(101);
    const replayed = ready({ recovered: true, rev: 102, messages: [message(6, { rev: 102 })] });
    expect(ids(reduce(state, { type: 'frame', frame: replayed, at: 0 }))).toEqual([99, 100]);
  });

  it('below the floor are removed', () => {
    const state = stateAfter(...frameEvents(ready({ rev: 3, messages: [message(1), message(2), message(3)] })));
    expect(
      ids(
        reduce(state, {
          type: 'frame',
          frame: { type: 'room', room, floor: 3, locked: false, slowSeconds: 0 },
          at: 0,
        }),
      ),
    ).toEqual([3]);
  });
});

it('keeps which reactions are mine, although a broadcast does not say so', () => {
  const thumbs = (count: number, mine?: true) => [{ emoji: '👍', count, participants: [], ...(mine && { mine }) }];
  const before = frameEvents(ready({ rev: 2, messages: [message(1, { rev: 2, reactions: thumbs(12, true) })] }));
  const other = { type: 'message', ...message(1, { rev: 3, reactions: thumbs(13) }) } as const;
  expect(stateAfter(...before, ...frameEvents(other)).messages[0]?.reactions[0]).toMatchObject({
    count: 13,
    mine: true,
  });
  const without = { type: 'message', ...message(1, { rev: 3, reactions: [] }) } as const;
  expect(stateAfter(...before, ...frameEvents(without)).messages[0]?.reactions).toEqual([]);
});

describe('a reconnect', () => {
  const known = frameEvents(ready({ rev: 2, messages: [message(1), message(2)] }));

  it('that recovers keeps the messages and adds the missed changes', () => {
    const changed = message(1, { rev: 4, text: 'edited' });
    const state = stateAfter(
      ...known,
      { type: 'lost', at: 10 },
      ...frameEvents(ready({ recovered: true, rev: 4, messages: [message(3), changed] })),
    );
    expect(state.messages).toEqual([changed, message(2), message(3)]);
    expect(state.phase).toEqual({ name: 'live' });
  });

  it('that does not recover drops all messages', () => {
    const state = stateAfter(
      ...known,
      ...frameEvents(ready({ epoch: 'two', rev: 1, messages: [message(1, { text: 'new' })] })),
    );
    expect(state.messages).toEqual([message(1, { text: 'new' })]);
    expect(state.position).toEqual({ epoch: 'two', rev: 1 });
  });

  it('to a new room with the same link drops acknowledged outgoing messages and keeps the others', () => {
    const sent = (clientId: string): RoomEvent => ({
      type: 'queued',
      message: { clientId, text: clientId, createdAt: 1 },
    });
    const acked: ServerFrame = { type: 'ack', clientId: 'a', messageId: 9, rev: 9, createdAt: 1, duplicate: false };
    const state = stateAfter(
      ...known,
      sent('a'),
      sent('b'),
      ...frameEvents(acked),
      ...frameEvents(ready({ epoch: 'two' })),
    );
    expect(state.outgoing.map(({ clientId }) => clientId)).toEqual(['b']);
  });

  it('is not tried after the connection has ended', () => {
    const state = stateAfter(...known, { type: 'ended', code: 4410, reason: 'Chat deleted' });
    expect(state.phase).toEqual({ name: 'ended', code: 4410, reason: 'Chat deleted' });
  });
});

describe('outgoing messages', () => {
  const queued = (clientId: string): RoomEvent => ({
    type: 'queued',
    message: { clientId, text: clientId, createdAt: 1 },
  });
  const ack = (clientId: string): ServerFrame => ({
    type: 'ack',
    clientId,
    messageId: 1,
    rev: 1,
    createdAt: 1,
    duplicate: false,
  });

  const waiting = (state: RoomState) => state.outgoing.map(({ clientId }) => clientId);

  it('wait in order until the room sends them, and are always in exactly one of the two lists', () => {
    const state = stateAfter(...frameEvents(ready()), queued('a'), queued('b'), queued('c'), ...frameEvents(ack('b')));
    expect(waiting(state)).toEqual(['a', 'b', 'c']);
    expect(state.outgoing[1]).toMatchObject({ messageId: 1 });
    const arrived = reduce(state, { type: 'frame', frame: { type: 'message', ...message(1) }, at: 0 });
    expect(waiting(arrived)).toEqual(['a', 'c']);
    expect(ids(arrived)).toEqual([1]);
  });

  it('are removed with the ack if the message frame came first', () => {
    const state = stateAfter(...frameEvents(ready()), queued('a'), ...frameEvents({ type: 'message', ...message(1) }));
    expect(waiting(state)).toEqual(['a']);
    expect(waiting(reduce(state, { type: 'frame', frame: ack('a'), at: 0 }))).toEqual([]);
  });

  it('that were acknowledged just before a loss arrive with the missed changes', () => {
    const state = stateAfter(...frameEvents(ready()), queued('a'), ...frameEvents(ack('a')), { type: 'lost', at: 1 });
    const back = ready({ recovered: true, rev: 1, messages: [message(1)] });
    expect(waiting(reduce(state, { type: 'frame', frame: back, at: 0 }))).toEqual([]);
  });

  it('that were rate limited keep waiting', () => {
    const refused: ServerFrame = { type: 'error', ref: 'a', statusCode: 429, error: 'Slow down', retryAfter: 3 };
    const [a] = stateAfter(...frameEvents(ready()), queued('a'), ...frameEvents(refused)).outgoing;
    expect(a).not.toHaveProperty('failure');
  });

  it('that were refused have a failure until they are retried or discarded', () => {
    const refused: ServerFrame = { type: 'error', ref: 'a', statusCode: 403, error: 'Forbidden' };
    const state = stateAfter(...frameEvents(ready()), queued('a'), queued('b'), ...frameEvents(refused));
    const [a, b] = state.outgoing;
    expect(a?.failure).toEqual({ statusCode: 403, error: 'Forbidden' });
    expect(b).not.toHaveProperty('failure');
    expect(reduce(state, { type: 'retried', clientId: 'a' }).outgoing[0]).not.toHaveProperty('failure');
    expect(reduce(state, { type: 'discarded', clientId: 'a' }).outgoing).toEqual([b]);
  });
});

describe('people', () => {
  it('join, change and leave', () => {
    const state = stateAfter(
      ...frameEvents(
        ready(),
        { type: 'presence', participantCount: 2, joined: [bob] },
        { type: 'presence', participantCount: 2, joined: [{ ...bob, name: 'ボブ' }] },
        { type: 'presence', participantCount: 1, left: [alice] },
      ),
    );
    expect(state.participants).toEqual([{ ...bob, name: 'ボブ' }]);
    expect(state.participantCount).toBe(1);
  });
});

it('reaches the same state however frames are batched or repeated', () => {
  const log = Array.from({ length: 12 }, (_, index) => message(index + 1));
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 11 })),
      fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      (again, cut) => {
        const frames = log.map((one) => ({ type: 'message' as const, ...one }));
        const batches: (typeof frames)[] = [];
        for (const [index, frame] of frames.entries()) {
          if (cut[index] || batches.length === 0) batches.push([]);
          batches.at(-1)?.push(frame);
        }
        const repeats = again.map((index) => frames[index]).filter((frame) => frame !== undefined);
        const received = [...batches.map((batch): ServerFrame => ({ type: 'batch', frames: batch })), ...repeats];
        expect(stateAfter(...frameEvents(ready(), ...received))).toEqual(
          stateAfter(...frameEvents(ready(), ...frames)),
        );
      },
    ),
  );
});
