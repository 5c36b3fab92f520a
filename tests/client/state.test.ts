/** The pure heart of the client: frames in, state out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasGap, initialState, type RoomEvent, type RoomState, reduce } from '../../client/room/room-state.ts';
import type { ServerFrame } from '../../shared/frames.ts';
import { alice, bob, message, ready, room } from './frames.ts';

const hear = (...frames: ServerFrame[]): RoomEvent[] => frames.map((frame) => ({ type: 'frame', frame, at: 0 }));
const stateAfter = (...events: RoomEvent[]): RoomState => events.reduce(reduce, initialState);
const ids = (state: RoomState) => state.messages.map(({ id }) => id);

describe('messages', () => {
  it('join by id, the later state of each', () => {
    const edited = message(1, { rev: 3, text: 'edited' });
    const state = stateAfter(
      ...hear(ready({ rev: 2, messages: [message(1), message(2)] }), { type: 'message', ...edited }),
    );
    expect(state.messages).toEqual([edited, message(2)]);
    expect(state.position).toEqual({ epoch: 'one', rev: 3 });
  });

  it('heard again change nothing', () => {
    const state = stateAfter(...hear(ready({ rev: 2, messages: [message(1), message(2)] })));
    expect(reduce(state, { type: 'frame', frame: { type: 'message', ...message(2) }, at: 0 })).toBe(state);
  });

  it('show a gap when the next rev is missing, live or in a batch', () => {
    const state = stateAfter(...hear(ready({ rev: 4 })));
    expect(hasGap(state, { type: 'message', ...message(5) })).toBe(false);
    expect(hasGap(state, { type: 'message', ...message(6) })).toBe(true);
  });

  it('of an older page join at the beginning, and end where the log does', () => {
    const start = hear(ready({ rev: 9, messages: [message(8), message(9)] }));
    expect(stateAfter(...start).hasOlder).toBe(true);
    const page = { type: 'history' as const, ref: 'older-8', epoch: 'one', rev: 9, floor: 1 };
    const more = stateAfter(...start, ...hear({ ...page, messages: [message(6), message(7)] }));
    expect(ids(more)).toEqual([6, 7, 8, 9]);
    expect(more.hasOlder).toBe(true);
    expect(stateAfter(...start, ...hear({ ...page, messages: [message(1)] })).hasOlder).toBe(false);
  });

  it('of a page of another epoch stay out', () => {
    const state = stateAfter(...hear(ready({ rev: 9, messages: [message(9)] })));
    const page = { type: 'history' as const, ref: 'older-9', epoch: 'two', rev: 9, floor: 1, messages: [message(3)] };
    expect(reduce(state, { type: 'frame', frame: page, at: 0 })).toBe(state);
  });

  it('changed below the oldest page wait for their page, so that none is left out between', () => {
    const start = hear(ready({ rev: 100, messages: [message(99), message(100)] }));
    const edited = message(5, { rev: 101, text: 'edited' });
    const state = stateAfter(...start, ...hear({ type: 'message', ...edited }));
    expect(ids(state)).toEqual([99, 100]);
    expect(state.position?.rev).toBe(101);
    const replayed = ready({ recovered: true, rev: 102, messages: [message(6, { rev: 102 })] });
    expect(ids(reduce(state, { type: 'frame', frame: replayed, at: 0 }))).toEqual([99, 100]);
  });

  it('below the floor are dropped', () => {
    const state = stateAfter(...hear(ready({ rev: 3, messages: [message(1), message(2), message(3)] })));
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

it('which reactions are one’s own stays known, though a broadcast does not say it', () => {
  const given = (count: number, mine?: true) => [{ emoji: '👍', count, participants: [], ...(mine && { mine }) }];
  const before = hear(ready({ rev: 2, messages: [message(1, { rev: 2, reactions: given(12, true) })] }));
  const other = { type: 'message', ...message(1, { rev: 3, reactions: given(13) }) } as const;
  expect(stateAfter(...before, ...hear(other)).messages[0]?.reactions[0]).toMatchObject({ count: 13, mine: true });
  const gone = { type: 'message', ...message(1, { rev: 3, reactions: [] }) } as const;
  expect(stateAfter(...before, ...hear(gone)).messages[0]?.reactions).toEqual([]);
});

describe('coming back', () => {
  const known = hear(ready({ rev: 2, messages: [message(1), message(2)] }));

  it('recovered, keeps what was known and adds what was missed', () => {
    const changed = message(1, { rev: 4, text: 'edited' });
    const state = stateAfter(
      ...known,
      { type: 'lost', at: 10 },
      ...hear(ready({ recovered: true, rev: 4, messages: [message(3), changed] })),
    );
    expect(state.messages).toEqual([changed, message(2), message(3)]);
    expect(state.phase).toEqual({ name: 'live' });
  });

  it('not recovered, drops all that was known', () => {
    const state = stateAfter(
      ...known,
      ...hear(ready({ epoch: 'two', rev: 1, messages: [message(1, { text: 'new' })] })),
    );
    expect(state.messages).toEqual([message(1, { text: 'new' })]);
    expect(state.position).toEqual({ epoch: 'two', rev: 1 });
  });

  it('to another room of that link drops what the old one had acknowledged, and keeps what it had not', () => {
    const sent = (clientId: string): RoomEvent => ({
      type: 'queued',
      message: { clientId, text: clientId, createdAt: 1 },
    });
    const acked: ServerFrame = { type: 'ack', clientId: 'a', messageId: 9, rev: 9, createdAt: 1, duplicate: false };
    const state = stateAfter(...known, sent('a'), sent('b'), ...hear(acked), ...hear(ready({ epoch: 'two' })));
    expect(state.outgoing.map(({ clientId }) => clientId)).toEqual(['b']);
  });

  it('is not tried after the service said it is of no use', () => {
    const state = stateAfter(...known, { type: 'ended', code: 4410, reason: 'Chat deleted' });
    expect(state.phase).toEqual({ name: 'ended', code: 4410, reason: 'Chat deleted' });
  });
});

describe('one’s own messages', () => {
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

  it('wait in order, and leave when the room has them: never in neither place, nor in both', () => {
    const state = stateAfter(...hear(ready()), queued('a'), queued('b'), queued('c'), ...hear(ack('b')));
    expect(waiting(state)).toEqual(['a', 'b', 'c']);
    expect(state.outgoing[1]).toMatchObject({ messageId: 1 });
    const arrived = reduce(state, { type: 'frame', frame: { type: 'message', ...message(1) }, at: 0 });
    expect(waiting(arrived)).toEqual(['a', 'c']);
    expect(ids(arrived)).toEqual([1]);
  });

  it('whose message came before its ack leave with the ack', () => {
    const state = stateAfter(...hear(ready()), queued('a'), ...hear({ type: 'message', ...message(1) }));
    expect(waiting(state)).toEqual(['a']);
    expect(waiting(reduce(state, { type: 'frame', frame: ack('a'), at: 0 }))).toEqual([]);
  });

  it('that were acknowledged just before the line broke arrive with what was missed', () => {
    const state = stateAfter(...hear(ready()), queued('a'), ...hear(ack('a')), { type: 'lost', at: 1 });
    const back = ready({ recovered: true, rev: 1, messages: [message(1)] });
    expect(waiting(reduce(state, { type: 'frame', frame: back, at: 0 }))).toEqual([]);
  });

  it('that were refused for their haste wait on', () => {
    const refused: ServerFrame = { type: 'error', ref: 'a', statusCode: 429, error: 'Slow down', retryAfter: 3 };
    const [a] = stateAfter(...hear(ready()), queued('a'), ...hear(refused)).outgoing;
    expect(a).not.toHaveProperty('failure');
  });

  it('that were refused keep the reason until they are sent again or discarded', () => {
    const refused: ServerFrame = { type: 'error', ref: 'a', statusCode: 403, error: 'Forbidden' };
    const state = stateAfter(...hear(ready()), queued('a'), queued('b'), ...hear(refused));
    const [a, b] = state.outgoing;
    expect(a?.failure).toEqual({ statusCode: 403, error: 'Forbidden' });
    expect(b).not.toHaveProperty('failure');
    expect(reduce(state, { type: 'retried', clientId: 'a' }).outgoing[0]).not.toHaveProperty('failure');
    expect(reduce(state, { type: 'discarded', clientId: 'a' }).outgoing).toEqual([b]);
  });
});

describe('people', () => {
  it('come, change and go', () => {
    const state = stateAfter(
      ...hear(
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

it('however frames are batched or repeated, the state is the same', () => {
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
        const heard = [...batches.map((batch): ServerFrame => ({ type: 'batch', frames: batch })), ...repeats];
        expect(stateAfter(...hear(ready(), ...heard))).toEqual(stateAfter(...hear(ready(), ...frames)));
      },
    ),
  );
});
