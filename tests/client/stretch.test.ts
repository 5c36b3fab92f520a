/**
 * The stretch of the log that a client holds, against a room that is played by its protocol: broadcasts are gathered, and
 * answers overtake them; frames and lines are lost; the oldest messages go.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialState, type RoomEvent, type RoomState, reduce } from '../../client/index.ts';
import { hasGap } from '../../client/room/room-state.ts';
import { type PageKind, pageRef } from '../../client/room/timeline.ts';
import type { ServerFrame } from '../../shared/frames.ts';
import type { Message } from '../../shared/message.ts';
import { message, ready, room } from './frames.ts';

const pageSize = 4;
const replayed = 6;

type Place = { before?: number; after?: number; around?: number };

/** The room, and the line from it to one client. */
class PlayedRoom {
  /** What is kept, by id. */
  log: Message[] = [];
  /** The ids of all that ever was. */
  readonly ids: number[] = [];
  rev = 0;
  floor = 1;
  /** What is under way, and what is gathered to be sent. */
  line: ServerFrame[] = [];
  #gathered: ServerFrame[] = [];

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

  forget(count: number): void {
    if (count === 0 || this.log.length === 0) return;
    this.log = this.log.slice(count);
    this.floor = this.log[0]?.id ?? this.rev + 1;
    this.#gathered.push({ type: 'room', room, floor: this.floor, locked: false, slowSeconds: 0 });
  }

  flush(): void {
    this.line.push(...this.#gathered);
    this.#gathered = [];
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
    this.line.push({ type: 'history', ref, messages, epoch: 'one', rev: this.rev, floor: this.floor });
  }

  answerAuth(resume: number | undefined): void {
    this.flush();
    const missed = this.log.filter(({ rev }) => rev > (resume ?? -1)).sort((one, other) => one.rev - other.rev);
    const recovered = resume !== undefined && missed.length <= replayed;
    const messages = recovered ? missed : this.log.slice(-pageSize);
    this.line.push(ready({ recovered, messages, rev: this.rev, floor: this.floor }));
  }

  breakLine(): void {
    this.line = [];
    this.#gathered = [];
  }

  #change(changed: Message): void {
    this.log = [...this.log.filter(({ id }) => id !== changed.id), changed].sort((one, other) => one.id - other.id);
    this.#gathered.push({ type: 'message', ...changed });
  }
}

/** A client as `RoomConnection` asks and listens. */
class PlayedClient {
  state: RoomState = initialState;
  readonly #room: PlayedRoom;
  #waitsForMissed = false;
  #jumps = 0;

  constructor(room: PlayedRoom) {
    this.#room = room;
    this.comeBack();
  }

  comeBack(): void {
    this.#room.answerAuth(this.state.position?.rev);
  }

  lose(): void {
    this.#room.breakLine();
    this.#waitsForMissed = false;
    this.#note({ type: 'lost', at: 0 });
    this.comeBack();
  }

  hear(count: number): void {
    for (const frame of this.#room.line.splice(0, count)) this.#take(frame);
  }

  trim(keep: number): void {
    this.#note({ type: 'trimmed', keep });
  }

  ask(kind: PageKind, which = 0): void {
    const { messages, hasOlder, hasNewer } = this.state;
    const [first, last] = [messages[0], messages.at(-1)];
    const target = this.#room.log[which % Math.max(this.#room.log.length, 1)];
    if (kind === 'older' && first && hasOlder) this.#room.answerPage(pageRef('older', first.id), { before: first.id });
    if (kind === 'newer' && last && hasNewer) this.#room.answerPage(pageRef('newer', last.id), { after: last.id });
    if (kind === 'around' && target) this.#room.answerPage(pageRef('around', ++this.#jumps), { around: target.id });
    if (kind === 'newest') this.#room.answerPage(pageRef('newest', ++this.#jumps), {});
  }

  #take(frame: ServerFrame): void {
    if (hasGap(this.state, frame)) {
      if (!this.#waitsForMissed) this.comeBack();
      this.#waitsForMissed = true;
      return;
    }
    if (frame.type === 'ready') this.#waitsForMissed = false;
    this.#note({ type: 'frame', frame, at: 0 });
  }

  #note(event: RoomEvent): void {
    const before = new Map(this.state.messages.map(({ id, rev }) => [id, rev]));
    this.state = reduce(this.state, event);
    expect(this.state.messages.filter(({ id, rev }) => rev < (before.get(id) ?? 0))).toEqual([]);
    this.#check();
  }

  /** What holds at every moment, whatever is still under way. */
  #check(): void {
    const { messages, hasNewer, position } = this.state;
    const heard = position?.rev ?? 0;
    const held = messages.map(({ id }) => id);
    const [first, last] = [held[0], held.at(-1)];
    if (first === undefined || last === undefined) return;
    expect(held).toEqual(this.#room.ids.filter((id) => id >= first && id <= last));
    if (!hasNewer) expect(this.#room.ids.filter((id) => id > last && id <= heard)).toEqual([]);
    for (const one of messages) {
      const now = this.#room.log.find(({ id }) => id === one.id);
      if (now && now.rev <= heard) expect(one).toEqual(now);
    }
  }
}

type Step = (room: PlayedRoom, client: PlayedClient) => void;

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
          it.forget(count),
    ),
  },
  { weight: 4, arbitrary: fc.constant<Step>((it) => it.flush()) },
  {
    weight: 6,
    arbitrary: fc.nat({ max: 8 }).map(
      (count): Step =>
        (_, client) =>
          client.hear(count),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom<PageKind>('older', 'newer', 'around', 'newest'), some).map(
      ([kind, which]): Step =>
        (_, client) =>
          client.ask(kind, which),
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
  { weight: 1, arbitrary: fc.constant<Step>((_, client) => client.lose()) },
  {
    weight: 1,
    arbitrary: some.map(
      (which): Step =>
        (it) => {
          const place = which % Math.max(it.line.length, 1);
          if (it.line[place]?.type === 'message') it.line.splice(place, 1);
        },
    ),
  },
);

function times(count: number, act: () => void): void {
  for (let turn = 0; turn < count; turn++) act();
}

it('whatever is lost, loaded, left and jumped to, it has no gap, and in the end is the whole log', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const room = new PlayedRoom();
      const client = new PlayedClient(room);
      const hearAll = () => {
        room.flush();
        while (room.line.length > 0) client.hear(1);
      };
      for (const take of steps) take(room, client);
      // One more shows a gap where the last frame was lost.
      room.post();
      hearAll();
      if (client.state.hasNewer) client.ask('newest');
      hearAll();
      expect(client.state.hasNewer).toBe(false);
      while (client.state.hasOlder) {
        client.ask('older');
        hearAll();
      }
      expect(client.state.messages).toEqual(room.log);
    }),
    { numRuns: 800 },
  );
}, 60_000);

const hear = (...frames: ServerFrame[]): RoomEvent[] => frames.map((frame) => ({ type: 'frame', frame, at: 0 }));
const stateAfter = (...events: RoomEvent[]): RoomState => events.reduce(reduce, initialState);
const ids = (state: RoomState) => state.messages.map(({ id }) => id);
const from = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, place) => message(first + place));

function page(ref: string, messages: Message[], floor = 1): ServerFrame {
  return { type: 'history', ref, messages, epoch: 'one', rev: 100, floor };
}

describe('a page', () => {
  const start = hear(ready({ rev: 100, messages: from(91, 100) }));

  it('that was asked for before a jump is of no use after it', () => {
    const state = stateAfter(...start, ...hear(page('around-1', from(10, 20)), page('older-91', from(81, 90))));
    expect(ids(state)).toEqual(ids(stateAfter(...hear(page('around-1', []), ready({ messages: from(10, 20) })))));
    expect(state).toMatchObject({ hasOlder: true, hasNewer: true, newestId: 100 });
  });

  it('that was asked for before trimming is of no use after it', () => {
    const state = stateAfter(...start, { type: 'trimmed', keep: 3 }, ...hear(page('older-91', from(81, 90))));
    expect(ids(state)).toEqual([98, 99, 100]);
    expect(state.hasOlder).toBe(true);
  });

  it('of the newest ends a jump', () => {
    const away = stateAfter(...start, ...hear(page('around-1', from(10, 20)), { type: 'message', ...message(101) }));
    expect(ids(away).at(-1)).toBe(20);
    expect(away.newestId).toBe(101);
    const back = reduce(away, { type: 'frame', frame: page('newest-2', from(95, 101)), at: 0 });
    expect(back).toMatchObject({ hasNewer: false, hasOlder: true });
    expect(ids(back).at(-1)).toBe(101);
  });

  it('that reaches the newest ends a jump too', () => {
    const state = stateAfter(...start, ...hear(page('around-1', from(80, 90)), page('newer-90', from(91, 100))));
    expect(state.hasNewer).toBe(false);
    expect(ids(reduce(state, { type: 'frame', frame: { type: 'message', ...message(101) }, at: 0 })).at(-1)).toBe(101);
  });
});

describe('the floor', () => {
  const floor = (at: number): ServerFrame => ({ type: 'room', room, floor: at, locked: false, slowSeconds: 0 });

  it('above the first message says that there is none before', () => {
    const state = stateAfter(...hear(ready({ rev: 10, messages: from(6, 10) })));
    expect(state.hasOlder).toBe(true);
    expect(stateAfter(...hear(ready({ rev: 10, messages: from(6, 10) }), floor(6))).hasOlder).toBe(false);
    expect(stateAfter(...hear(ready({ rev: 10, messages: from(6, 10) }), floor(8)))).toMatchObject({
      hasOlder: false,
      messages: from(8, 10),
    });
  });
});

it('trimming leaves at least the newest message', () => {
  const state = stateAfter(...hear(ready({ rev: 10, messages: from(1, 10) })), { type: 'trimmed', keep: 0 });
  expect(ids(state)).toEqual([10]);
});

describe('one’s own reaction', () => {
  const own = (on: boolean): RoomEvent => ({ type: 'reacted', messageId: 1, emoji: '👍', on });
  const reactions = (state: RoomState) => state.messages[0]?.reactions;
  const given = (...participants: string[]) => [{ emoji: '👍', count: participants.length, participants }];
  const start = hear(ready({ rev: 1, messages: [message(1)] }));

  it('is shown at once with one’s name, and taken back', () => {
    const state = stateAfter(...start, own(true));
    expect(reactions(state)).toEqual([{ emoji: '👍', count: 1, participants: ['t:abcdef'], mine: true }]);
    expect(reduce(state, own(true))).toBe(state);
    expect(reactions(reduce(state, own(false)))).toEqual([]);
  });

  it('joins those of others, and leaves theirs', () => {
    const state = stateAfter(...hear(ready({ messages: [message(1, { reactions: given('t:bob') })] })), own(true));
    expect(reactions(state)).toEqual([{ emoji: '👍', count: 2, participants: ['t:bob', 't:abcdef'], mine: true }]);
    expect(reactions(reduce(state, own(false)))).toEqual(given('t:bob'));
  });

  it('that is refused after a later broadcast is not counted off from what was heard', () => {
    const many = (count: number) => [{ emoji: '👍', count, participants: [] }];
    const shown = stateAfter(...hear(ready({ rev: 1, messages: [message(1, { reactions: many(20) })] })), own(true));
    const heard = reduce(shown, {
      type: 'frame',
      frame: { type: 'message', ...message(1, { rev: 2, reactions: many(21) }) },
      at: 0,
    });
    const refused = reduce(heard, { type: 'reacted', messageId: 1, emoji: '👍', on: false, appliedAtRev: 1 });
    expect(reactions(refused)).toEqual(many(21));
  });

  it('is what the room says on coming back, whatever was thought', () => {
    const many = (mine: boolean) => [{ emoji: '👍', count: 20, participants: [], ...(mine && { mine }) }];
    const before = hear(ready({ rev: 1, messages: [message(1, { reactions: many(true) })] }));
    const back = ready({ recovered: true, rev: 2, messages: [message(1, { rev: 2, reactions: many(false) })] });
    expect(reactions(stateAfter(...before, ...hear(back)))).toEqual(many(false));
  });
});
