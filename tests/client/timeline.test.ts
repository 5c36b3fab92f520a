/**
 * The timeline of a client against a fake room that follows the protocol: broadcasts are batched and replies overtake
 * them; frames and connections are lost; the oldest messages are removed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialState, type RoomEvent, type RoomState, reduce } from '../../client/index.ts';
import { hasGap } from '../../client/room/room-state.ts';
import { type PageKind, pageRef } from '../../client/room/timeline.ts';
import type { Message } from '../../shared/message.ts';
import type { ServerFrame } from '../../shared/server-frames.ts';
import { message, ready, room } from './frames.ts';

const pageSize = 4;
const replayed = 6;

type Place = { before?: number; after?: number; around?: number };

/** A room, and its connection to one client. */
class FakeRoom {
  /** The messages that are kept, by id. */
  log: Message[] = [];
  /** The ids of all messages that were ever posted. */
  readonly ids: number[] = [];
  rev = 0;
  floor = 1;
  /** Frames on their way, and broadcasts that wait for their batch. */
  inTransit: ServerFrame[] = [];
  #batch: ServerFrame[] = [];

  post(): void {
    this.rev++;
    this.ids.push(this.rev);
    this.#change(message(this.rev));
  }

  edit(which: number): void {
    const known = this.log[which % Math.max(this.log.length, 1)];
    if (!known) return;
    this.rev++;
    this.#change({ ...known, rev: this.rev, text: `edited at ${this.rev}` });
  }

  removeOldest(count: number): void {
    if (count === 0 || this.log.length === 0) return;
    this.log = this.log.slice(count);
    this.floor = this.log[0]?.id ?? this.rev + 1;
    this.#batch.push({ type: 'room', room, floor: this.floor, locked: false, slowSeconds: 0 });
  }

  flush(): void {
    this.inTransit.push(...this.#batch);
    this.#batch = [];
  }

  answerPage(ref: string, { before = Number.POSITIVE_INFINITY, after, around }: Place): void {
    const older = (id: number, count: number) => this.log.filter((one) => one.id < id).slice(-count);
    const newer = (id: number, count: number) => this.log.filter((one) => one.id > id).slice(0, count);
    const half = pageSize / 2;
    const messages =
      around !== undefined
        ? [...older(around, half), ...newer(around - 1, half)]
        : after !== undefined
          ? newer(after, pageSize)
          : older(before, pageSize);
    this.inTransit.push({ type: 'history', ref, messages, epoch: 'one', rev: this.rev, floor: this.floor });
  }

  answerAuth(resume: number | undefined): void {
    this.flush();
    const missed = this.log.filter(({ rev }) => rev > (resume ?? -1)).sort((one, other) => one.rev - other.rev);
    const recovered = resume !== undefined && missed.length <= replayed;
    const messages = recovered ? missed : this.log.slice(-pageSize);
    this.inTransit.push(ready({ recovered, messages, rev: this.rev, floor: this.floor }));
  }

  breakConnection(): void {
    this.inTransit = [];
    this.#batch = [];
  }

  #change(changed: Message): void {
    this.log = [...this.log.filter(({ id }) => id !== changed.id), changed].sort((one, other) => one.id - other.id);
    this.#batch.push({ type: 'message', ...changed });
  }
}

/** A client that sends and applies frames as `RoomConnection` does. */
class FakeClient {
  state: RoomState = initialState;
  readonly #room: FakeRoom;
  #isRecovering = false;
  #jumps = 0;

  constructor(room: FakeRoom) {
    this.#room = room;
    this.authenticate();
  }

  authenticate(): void {
    this.#room.answerAuth(this.state.position?.rev);
  }

  reconnect(): void {
    this.#room.breakConnection();
    this.#isRecovering = false;
    this.#apply({ type: 'lost', at: 0 });
    this.authenticate();
  }

  receive(count: number): void {
    for (const frame of this.#room.inTransit.splice(0, count)) this.#onFrame(frame);
  }

  trim(keep: number): void {
    this.#apply({ type: 'trimmed', keep });
  }

  requestPage(kind: PageKind, which = 0): void {
    const { messages, hasOlder, hasNewer } = this.state;
    const [first, last] = [messages[0], messages.at(-1)];
    const target = this.#room.log[which % Math.max(this.#room.log.length, 1)];
    if (kind === 'older' && first && hasOlder) this.#room.answerPage(pageRef('older', first.id), { before: first.id });
    if (kind === 'newer' && last && hasNewer) this.#room.answerPage(pageRef('newer', last.id), { after: last.id });
    if (kind === 'around' && target) this.#room.answerPage(pageRef('around', ++this.#jumps), { around: target.id });
    if (kind === 'newest') this.#room.answerPage(pageRef('newest', ++this.#jumps), {});
  }

  #onFrame(frame: ServerFrame): void {
    if (hasGap(this.state, frame)) {
      if (!this.#isRecovering) this.authenticate();
      this.#isRecovering = true;
      return;
    }
    if (frame.type === 'ready') this.#isRecovering = false;
    this.#apply({ type: 'frame', frame, at: 0 });
  }

  #apply(event: RoomEvent): void {
    const before = new Map(this.state.messages.map(({ id, rev }) => [id, rev]));
    this.state = reduce(this.state, event);
    expect(this.state.messages.filter(({ id, rev }) => rev < (before.get(id) ?? 0))).toEqual([]);
    this.#check();
  }

  /** The invariants that hold at every moment, whatever is still on its way. */
  #check(): void {
    const { messages, hasNewer, position } = this.state;
    const rev = position?.rev ?? 0;
    const loaded = messages.map(({ id }) => id);
    const [first, last] = [loaded[0], loaded.at(-1)];
    if (first === undefined || last === undefined) return;
    expect(loaded).toEqual(this.#room.ids.filter((id) => id >= first && id <= last));
    if (!hasNewer) expect(this.#room.ids.filter((id) => id > last && id <= rev)).toEqual([]);
    for (const one of messages) {
      const now = this.#room.log.find(({ id }) => id === one.id);
      if (now && now.rev <= rev) expect(one).toEqual(now);
    }
  }
}

type Step = (room: FakeRoom, client: FakeClient) => void;

const some = fc.nat({ max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.nat({ max: 5 }).map(
      (count): Step =>
        (it) =>
          times(count, () => it.post()),
    ),
  },
  {
    weight: 3,
    arbitrary: some.map(
      (which): Step =>
        (it) =>
          it.edit(which),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 6 }).map(
      (count): Step =>
        (it) =>
          it.removeOldest(count),
    ),
  },
  { weight: 4, arbitrary: fc.constant<Step>((it) => it.flush()) },
  {
    weight: 6,
    arbitrary: fc.nat({ max: 8 }).map(
      (count): Step =>
        (_, client) =>
          client.receive(count),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom<PageKind>('older', 'newer', 'around', 'newest'), some).map(
      ([kind, which]): Step =>
        (_, client) =>
          client.requestPage(kind, which),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.nat({ max: 8 }).map(
      (keep): Step =>
        (_, client) =>
          client.trim(keep),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((_, client) => client.reconnect()) },
  {
    weight: 1,
    arbitrary: some.map(
      (which): Step =>
        (it) => {
          const place = which % Math.max(it.inTransit.length, 1);
          if (it.inTransit[place]?.type === 'message') it.inTransit.splice(place, 1);
        },
    ),
  },
);

function times(count: number, act: () => void): void {
  for (let turn = 0; turn < count; turn++) act();
}

it('has no gap whatever is lost, loaded, trimmed and jumped to, and can load the whole log in the end', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const room = new FakeRoom();
      const client = new FakeClient(room);
      const receiveAll = () => {
        room.flush();
        while (room.inTransit.length > 0) client.receive(1);
      };
      for (const take of steps) take(room, client);
      // If the last frame was lost, another one shows the gap.
      room.post();
      receiveAll();
      if (client.state.hasNewer) client.requestPage('newest');
      receiveAll();
      expect(client.state.hasNewer).toBe(false);
      while (client.state.hasOlder) {
        client.requestPage('older');
        receiveAll();
      }
      expect(client.state.messages).toEqual(room.log);
    }),
    { numRuns: 800 },
  );
}, 60_000);

const frameEvents = (...frames: ServerFrame[]): RoomEvent[] => frames.map((frame) => ({ type: 'frame', frame, at: 0 }));
const stateAfter = (...events: RoomEvent[]): RoomState => events.reduce(reduce, initialState);
const ids = (state: RoomState) => state.messages.map(({ id }) => id);
const from = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, place) => message(first + place));

function page(ref: string, messages: Message[], floor = 1): ServerFrame {
  return { type: 'history', ref, messages, epoch: 'one', rev: 100, floor };
}

describe('a page', () => {
  const start = frameEvents(ready({ rev: 100, messages: from(91, 100) }));

  it('that was requested before a jump is ignored after it', () => {
    const state = stateAfter(...start, ...frameEvents(page('around-1', from(10, 20)), page('older-91', from(81, 90))));
    expect(ids(state)).toEqual(
      ids(stateAfter(...frameEvents(page('around-1', []), ready({ messages: from(10, 20) })))),
    );
    expect(state).toMatchObject({ hasOlder: true, hasNewer: true, newestId: 100 });
  });

  it('that was requested before trimming is ignored after it', () => {
    const state = stateAfter(...start, { type: 'trimmed', keep: 3 }, ...frameEvents(page('older-91', from(81, 90))));
    expect(ids(state)).toEqual([98, 99, 100]);
    expect(state.hasOlder).toBe(true);
  });

  it('of the newest messages ends a jump', () => {
    const away = stateAfter(
      ...start,
      ...frameEvents(page('around-1', from(10, 20)), { type: 'message', ...message(101) }),
    );
    expect(ids(away).at(-1)).toBe(20);
    expect(away.newestId).toBe(101);
    const back = reduce(away, { type: 'frame', frame: page('newest-2', from(95, 101)), at: 0 });
    expect(back).toMatchObject({ hasNewer: false, hasOlder: true });
    expect(ids(back).at(-1)).toBe(101);
  });

  it('that reaches the newest message ends a jump too', () => {
    const state = stateAfter(...start, ...frameEvents(page('around-1', from(80, 90)), page('newer-90', from(91, 100))));
    expect(state.hasNewer).toBe(false);
    expect(ids(reduce(state, { type: 'frame', frame: { type: 'message', ...message(101) }, at: 0 })).at(-1)).toBe(101);
  });
});

describe('the floor', () => {
  const floor = (at: number): ServerFrame => ({ type: 'room', room, floor: at, locked: false, slowSeconds: 0 });

  it('at the first message means that there is none before it', () => {
    const state = stateAfter(...frameEvents(ready({ rev: 10, messages: from(6, 10) })));
    expect(state.hasOlder).toBe(true);
    expect(stateAfter(...frameEvents(ready({ rev: 10, messages: from(6, 10) }), floor(6))).hasOlder).toBe(false);
    expect(stateAfter(...frameEvents(ready({ rev: 10, messages: from(6, 10) }), floor(8)))).toMatchObject({
      hasOlder: false,
      messages: from(8, 10),
    });
  });
});

it('keeps at least the newest message when trimmed', () => {
  const state = stateAfter(...frameEvents(ready({ rev: 10, messages: from(1, 10) })), { type: 'trimmed', keep: 0 });
  expect(ids(state)).toEqual([10]);
});

describe('a reaction of this client', () => {
  const own = (on: boolean): RoomEvent => ({ type: 'reacted', messageId: 1, emoji: '👍', on });
  const reactions = (state: RoomState) => state.messages[0]?.reactions;
  const thumbs = (...participants: string[]) => [{ emoji: '👍', count: participants.length, participants }];
  const start = frameEvents(ready({ rev: 1, messages: [message(1)] }));

  it('is applied at once with the own id, and undone', () => {
    const state = stateAfter(...start, own(true));
    expect(reactions(state)).toEqual([{ emoji: '👍', count: 1, participants: ['t:abcdef'], mine: true }]);
    expect(reduce(state, own(true))).toBe(state);
    expect(reactions(reduce(state, own(false)))).toEqual([]);
  });

  it('is added to those of others, and removed without them', () => {
    const state = stateAfter(
      ...frameEvents(ready({ messages: [message(1, { reactions: thumbs('t:bob') })] })),
      own(true),
    );
    expect(reactions(state)).toEqual([{ emoji: '👍', count: 2, participants: ['t:bob', 't:abcdef'], mine: true }]);
    expect(reactions(reduce(state, own(false)))).toEqual(thumbs('t:bob'));
  });

  it('that is refused after a later broadcast is not subtracted from its count', () => {
    const many = (count: number) => [{ emoji: '👍', count, participants: [] }];
    const applied = stateAfter(
      ...frameEvents(ready({ rev: 1, messages: [message(1, { reactions: many(20) })] })),
      own(true),
    );
    const updated = reduce(applied, {
      type: 'frame',
      frame: { type: 'message', ...message(1, { rev: 2, reactions: many(21) }) },
      at: 0,
    });
    const refused = reduce(updated, { type: 'reacted', messageId: 1, emoji: '👍', on: false, appliedAtRev: 1 });
    expect(reactions(refused)).toEqual(many(21));
  });

  it('is what the room says after a reconnect', () => {
    const many = (mine: boolean) => [{ emoji: '👍', count: 20, participants: [], ...(mine && { mine }) }];
    const before = frameEvents(ready({ rev: 1, messages: [message(1, { reactions: many(true) })] }));
    const back = ready({ recovered: true, rev: 2, messages: [message(1, { rev: 2, reactions: many(false) })] });
    expect(reactions(stateAfter(...before, ...frameEvents(back)))).toEqual(many(false));
  });
});
