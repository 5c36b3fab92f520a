/**
 * Whole conversations against a pure model: two to four people send, send again, edit, delete, react and moderate over
 * sockets and REST, while the room is evicted and lines break and come back. Each answer is what the model says, and in
 * the end every client, REST and storage hold what the model holds: no gap, nothing twice, nothing lost.
 */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasGap, initialState, type RoomState, reduce } from '../../client/room/room-state.ts';
import type { ServerFrame } from '../../shared/frames.ts';
import type { Message, MessagePage } from '../../shared/message.ts';
import { adminToken, allMessages, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { connect, type TestSocket } from '../support/pool/sockets.ts';

const runs = Number(env.PROPERTY_RUNS || 2_000);
const steps = 40;
const emojis = ['👍', '❤️', '🎉'] as const;

type Act =
  | { type: 'send'; text: string }
  | { type: 'resend' }
  | { type: 'edit'; nth: number; text: string }
  | { type: 'delete'; nth: number }
  | { type: 'react'; nth: number; emoji: string; on: boolean };

type Moderation = { action: 'mute' | 'unmute' | 'promote' | 'demote'; whom: number } | { action: 'lock' | 'unlock' };

type Step =
  | { type: 'rest' }
  | { type: 'act'; who: number; overRest: boolean; act: Act }
  | { type: 'moderate'; moderation: Moderation }
  | { type: 'drop' | 'return'; who: number }
  | { type: 'evict' };

const who = fc.nat({ max: 3 });
const nth = fc.nat({ max: 7 });
const text = fc.constantFrom('a', 'b', 'ねこ');
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('send' as const), text }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('resend' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('edit' as const), nth, text }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('delete' as const), nth }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('react' as const),
      nth,
      emoji: fc.constantFrom(...emojis),
      on: fc.boolean(),
    }),
  },
);
const moderation: fc.Arbitrary<Moderation> = fc.oneof(
  fc.record({
    action: fc.constantFrom('mute' as const, 'unmute' as const, 'promote' as const, 'demote' as const),
    whom: who,
  }),
  fc.record({ action: fc.constantFrom('lock' as const, 'unlock' as const) }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ type: fc.constant('rest' as const) }) },
  { weight: 30, arbitrary: fc.record({ type: fc.constant('act' as const), who, overRest: fc.boolean(), act }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('moderate' as const), moderation }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('drop' as const, 'return' as const), who }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('evict' as const) }) },
);

/** What the room must hold, told step by step. */
class Model {
  rev = 0;
  readonly messages: {
    id: number;
    rev: number;
    author: number;
    clientId: string;
    text: string;
    gone: boolean;
    reactions: Map<string, Set<number>>;
  }[] = [];
  readonly muted = new Set<number>();
  readonly moderators = new Set<number>();
  locked = false;
  #sent = 0;

  newClientId(): string {
    this.#sent += 1;
    return `c${this.#sent}`;
  }

  /** The message that a step means; one that was never posted where there are fewer. */
  target(place: number) {
    return this.messages[this.messages.length === 0 ? 0 : place % this.messages.length];
  }

  /** What an act is answered with, and what it changes: the `rev` of its message, or a status. */
  expect(author: number, done: Act, clientId: string): number | { statusCode: number } {
    const refused = this.#refusal(author);
    if (done.type === 'send') {
      if (refused) return refused;
      const rev = ++this.rev;
      this.messages.push({ id: rev, rev, author, clientId, text: done.text, gone: false, reactions: new Map() });
      return rev;
    }
    if (done.type === 'resend') return this.messages.find((message) => message.clientId === clientId)?.id ?? 0;
    const message = this.target(done.nth);
    if (!message) return { statusCode: 404 };
    if (refused && done.type !== 'delete') return refused;
    if (done.type === 'delete') {
      if (message.author !== author && !this.moderators.has(author)) return { statusCode: 403 };
      if (message.gone) return message.rev;
      message.gone = true;
      message.text = '';
      message.reactions.clear();
    } else if (done.type === 'edit') {
      if (message.author !== author) return { statusCode: 403 };
      if (message.gone) return { statusCode: 404 };
      if (message.text === done.text) return message.rev;
      message.text = done.text;
    } else {
      if (message.gone) return { statusCode: 404 };
      const given = message.reactions.get(done.emoji) ?? new Set<number>();
      if (given.has(author) === done.on) return message.rev;
      if (done.on) given.add(author);
      else given.delete(author);
      if (given.size === 0) message.reactions.delete(done.emoji);
      else message.reactions.set(done.emoji, given);
    }
    message.rev = ++this.rev;
    return message.rev;
  }

  moderate(done: Moderation): void {
    if (!('whom' in done)) this.locked = done.action === 'lock';
    else if (done.action === 'mute') this.muted.add(done.whom);
    else if (done.action === 'unmute') this.muted.delete(done.whom);
    else if (done.action === 'promote') {
      this.moderators.add(done.whom);
      this.muted.delete(done.whom);
    } else this.moderators.delete(done.whom);
  }

  #refusal(author: number): { statusCode: number } | undefined {
    const speaks = !this.muted.has(author) && (this.moderators.has(author) || !this.locked);
    return speaks ? undefined : { statusCode: 403 };
  }
}

/** A person with the SDK's own idea of the room, whose line may be down. */
class Person {
  state: RoomState = initialState;
  id = '';
  /** What was last sent: its `clientId` and text. */
  last: { clientId: string; text: string } | undefined;
  readonly token: string;
  #socket: TestSocket | undefined;
  #taken = 0;
  #refs = 0;

  constructor(name: string) {
    this.token = `${name}-token`;
  }

  get isHere(): boolean {
    return this.#socket !== undefined;
  }

  async come(link: string): Promise<void> {
    const { position } = this.state;
    this.#socket = await connect(link);
    this.#taken = 0;
    const ready = await this.#socket.enter({ token: this.token, ...(position && { resume: position }) });
    this.id = ready.participant?.id ?? '';
    this.listen();
    expect(ready.recovered).toBe(position !== null);
  }

  drop(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** Takes in what was heard. A live frame may leave nothing out. */
  listen(): void {
    const heard = this.#socket?.heard ?? [];
    for (; this.#taken < heard.length; this.#taken++) {
      const frame = heard[this.#taken] as ServerFrame;
      expect(hasGap(this.state, frame)).toBe(false);
      this.state = reduce(this.state, { type: 'frame', frame, at: 0 });
    }
  }

  /** Says something and waits for the answer to it. */
  async say(frame: Record<string, unknown>): Promise<number | { statusCode: number }> {
    this.#refs += 1;
    const ref = `r${this.#refs}`;
    const socket = this.#socket as TestSocket;
    socket.say({ ...frame, ref });
    for (;;) {
      const answer = await socket.nextOf(['ack', 'error']);
      if (answer.ref === ref) return answer.type === 'ack' ? answer.rev : { statusCode: answer.statusCode };
    }
  }
}

/** What a message is, whoever looks at it. */
function plain({ id, rev, text: said, deletedAt, reactions }: Message) {
  return {
    id,
    rev,
    text: said,
    gone: deletedAt !== undefined,
    reactions: reactions.map(({ emoji, count }) => [emoji, count]),
  };
}

async function overRest(link: string, token: string, done: Act, id: number, clientId: string) {
  const path = `/chat/${link}/messages`;
  const at = `${path}/${id}`;
  const ask = () => {
    switch (done.type) {
      case 'send':
      case 'resend':
        return null;
      case 'edit':
        return call<Message>('PUT', at, { token, text: done.text });
      case 'delete':
        return call<Message>('DELETE', at, { token });
      case 'react':
        return call<Message>(done.on ? 'PUT' : 'DELETE', `${at}/reactions/${encodeURIComponent(done.emoji)}`, {
          token,
        });
    }
  };
  const sent = done.type === 'send' ? done.text : undefined;
  const { status, content } = await (ask() ?? call<Message>('POST', path, { token, clientId, text: sent }));
  return status < 300 ? content.rev : { statusCode: status };
}

async function converse(count: number, plan: readonly Step[]): Promise<void> {
  const link = await makeRoom();
  const model = new Model();
  const people = Array.from({ length: count }, (_, place) => new Person(`person-${place}`));
  for (const person of people) await person.come(link);
  for (const one of plan) await take(one, { link, model, people });

  for (const person of people) if (!person.isHere) await person.come(link);
  const { content } = await call<MessagePage>('GET', `/chat/${link}/messages?limit=1`);
  expect(content.rev).toBe(model.rev);
  await expect
    .poll(
      () => {
        for (const person of people) person.listen();
        return people.map(({ state }) => state.position?.rev);
      },
      { interval: 1, timeout: 5_000 },
    )
    .toEqual(people.map(() => model.rev));

  const expected = model.messages.map(({ id, rev, text: said, gone, reactions }) => ({
    id,
    rev,
    text: said,
    gone,
    reactions: [...reactions].map(([emoji, given]) => [emoji, given.size]),
  }));
  const byEmoji = (messages: Message[]) =>
    messages.map(plain).map((message) => ({ ...message, reactions: [...message.reactions].sort() }));
  const wanted = expected.map((message) => ({ ...message, reactions: [...message.reactions].sort() }));
  const stored = await allMessages(link);
  expect(byEmoji(stored)).toEqual(wanted);
  for (const { state } of people) {
    expect(byEmoji(state.messages)).toEqual(wanted);
    expect(state.chatSettings.locked).toBe(model.locked);
  }
  const rows = await runInDurableObject(await roomObject(link), (_, { storage }) => ({
    log: storage.sql.exec('SELECT rev, posted FROM log').one(),
    messages: storage.sql.exec('SELECT id, rev, client_id FROM messages ORDER BY id').toArray(),
    reactions: storage.sql.exec<{ count: number }>('SELECT COUNT(*) AS count FROM reactions').one().count,
  }));
  expect(rows.log).toEqual({ rev: model.rev, posted: model.messages.length });
  expect(rows.messages).toEqual(model.messages.map(({ id, rev, clientId }) => ({ id, rev, client_id: clientId })));
  const given = wanted.flatMap(({ reactions }) => reactions.map(([, size]) => Number(size)));
  expect(rows.reactions).toBe(given.reduce((sum, size) => sum + size, 0));
  for (const person of people) person.drop();
}

async function take(
  one: Step,
  { link, model, people }: { link: string; model: Model; people: Person[] },
): Promise<void> {
  switch (one.type) {
    case 'rest':
      return;
    case 'evict': {
      const room = await roomObject(link);
      // What sleeps already cannot be put to sleep.
      await runInDurableObject(room, () => undefined);
      await evictDurableObject(room, { webSockets: 'hibernate' });
      return;
    }
    case 'drop':
    case 'return': {
      const person = people[one.who % people.length] as Person;
      if (one.type === 'drop') {
        person.listen();
        person.drop();
      } else if (!person.isHere) await person.come(link);
      return;
    }
    case 'moderate': {
      const { moderation: done } = one;
      const whom = 'whom' in done ? done.whom % people.length : 0;
      const target = 'whom' in done ? { target: people[whom]?.id } : {};
      const { status } = await call('POST', `/chat/${link}/moderation`, {
        token: 'boss',
        adminToken,
        action: done.action,
        ...target,
      });
      // Somebody who is neither here nor has posted is nobody.
      if (status === 404) return;
      expect(status).toBe(201);
      model.moderate('whom' in done ? { ...done, whom } : done);
      return;
    }
    case 'act':
      await perform(one, { link, model, people });
  }
}

async function perform(
  { who: place, overRest: wantsRest, act: done }: Extract<Step, { type: 'act' }>,
  { link, model, people }: { link: string; model: Model; people: Person[] },
): Promise<void> {
  const author = place % people.length;
  const person = people[author] as Person;
  const repeated = done.type === 'resend' ? person.last : undefined;
  if (done.type === 'resend' && !repeated) return;
  const actual: Act = repeated ? { type: 'send', text: repeated.text } : done;
  const clientId = repeated?.clientId ?? model.newClientId();
  const target = 'nth' in done ? model.target(done.nth) : undefined;
  const id = target?.id ?? 999;
  const sends = repeated !== undefined;
  const before = sends ? model.messages.find((message) => message.clientId === clientId) : undefined;
  const wanted = model.expect(author, done, clientId);
  const got =
    wantsRest || !person.isHere
      ? await overRest(link, person.token, actual, id, clientId)
      : await person.say(frameOf(actual, id, clientId));
  // A repeat is answered over REST with the message as it now is, and acknowledged with what it was.
  const answer = sends && (wantsRest || !person.isHere) ? (before?.rev ?? 0) : wanted;
  expect([done, got]).toEqual([done, answer]);
  if (done.type === 'send' && typeof got === 'number') person.last = { clientId, text: done.text };
}

function frameOf(done: Act, messageId: number, clientId: string): Record<string, unknown> {
  switch (done.type) {
    case 'send':
    case 'resend':
      return { type: 'send', clientId, text: done.type === 'send' ? done.text : '' };
    case 'edit':
      return { type: 'edit', messageId, text: done.text };
    case 'delete':
      return { type: 'delete', messageId };
    case 'react':
      return { type: 'react', messageId, emoji: done.emoji, on: done.on };
  }
}

/** Conversations that go on side by side, each in a room of its own: they wait for the disk more than for each other. */
const lanes = 8;

it('everyone ends with the same room, whatever happened to it and to them', { timeout: 1_800_000 }, async () => {
  const plan = fc.array(step, { minLength: steps, maxLength: steps });
  const property = () => fc.asyncProperty(fc.integer({ min: 2, max: 4 }), plan, converse);
  const each = Math.ceil(runs / lanes);
  await Promise.all(Array.from({ length: lanes }, () => fc.assert(property(), { numRuns: each, seed: newSeed() })));
});

/** A seed that no other lane has: fast-check would take the time for all. */
function newSeed(): number {
  return crypto.getRandomValues(new Int32Array(1))[0] ?? 0;
}
