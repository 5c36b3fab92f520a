/**
 * Conversations compared with a pure model: two to four participants send, resend, edit, delete, react and moderate over
 * sockets and REST, while the room is evicted and sockets close and reconnect. Each reply must be that of the model, and
 * at the end every client, REST and storage must hold what the model holds: no gap, no duplicate, no loss.
 */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasGap, initialState, type RoomState, reduce } from '../../client/room/room-state.ts';
import type { Message, MessagePage } from '../../shared/message.ts';
import type { ServerFrame } from '../../shared/server-frames.ts';
import { adminToken, allMessages, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { connect, type TestSocket } from '../support/pool/sockets.ts';

const runs = Number(env.PROPERTY_RUNS || 2_000);
const steps = 40;
const emojis = ['👍', '❤️', '🎉'] as const;

type Change =
  | { type: 'send'; text: string }
  | { type: 'resend' }
  | { type: 'edit'; nth: number; text: string }
  | { type: 'delete'; nth: number }
  | { type: 'react'; nth: number; emoji: string; on: boolean };

type Moderation = { action: 'mute' | 'unmute' | 'promote' | 'demote'; index: number } | { action: 'lock' | 'unlock' };

type Step =
  | { type: 'rest' }
  | { type: 'act'; who: number; overRest: boolean; act: Change }
  | { type: 'moderate'; moderation: Moderation }
  | { type: 'drop' | 'return'; who: number }
  | { type: 'evict' };

const who = fc.nat({ max: 3 });
const nth = fc.nat({ max: 7 });
const text = fc.constantFrom('a', 'b', 'ねこ');
const act: fc.Arbitrary<Change> = fc.oneof(
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
    index: who,
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

/** What the room must hold after each step. */
class Model {
  rev = 0;
  readonly messages: {
    id: number;
    rev: number;
    author: number;
    clientId: string;
    text: string;
    deleted: boolean;
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

  /** The message that a step refers to; undefined if none was posted yet. */
  target(place: number) {
    return this.messages[this.messages.length === 0 ? 0 : place % this.messages.length];
  }

  /** Applies a change. @returns the `rev` of the message, or the status of the refusal */
  apply(author: number, done: Change, clientId: string): number | { statusCode: number } {
    const refused = this.#refusal(author);
    if (done.type === 'send') {
      if (refused) return refused;
      const rev = ++this.rev;
      this.messages.push({ id: rev, rev, author, clientId, text: done.text, deleted: false, reactions: new Map() });
      return rev;
    }
    if (done.type === 'resend') return this.messages.find((message) => message.clientId === clientId)?.id ?? 0;
    const message = this.target(done.nth);
    if (!message) return { statusCode: 404 };
    if (refused && done.type !== 'delete') return refused;
    if (done.type === 'delete') {
      if (message.author !== author && !this.moderators.has(author)) return { statusCode: 403 };
      if (message.deleted) return message.rev;
      message.deleted = true;
      message.text = '';
      message.reactions.clear();
    } else if (done.type === 'edit') {
      if (message.author !== author) return { statusCode: 403 };
      if (message.deleted) return { statusCode: 404 };
      if (message.text === done.text) return message.rev;
      message.text = done.text;
    } else {
      if (message.deleted) return { statusCode: 404 };
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
    if (!('index' in done)) this.locked = done.action === 'lock';
    else if (done.action === 'mute') this.muted.add(done.index);
    else if (done.action === 'unmute') this.muted.delete(done.index);
    else if (done.action === 'promote') {
      this.moderators.add(done.index);
      this.muted.delete(done.index);
    } else this.moderators.delete(done.index);
  }

  #refusal(author: number): { statusCode: number } | undefined {
    const canPost = !this.muted.has(author) && (this.moderators.has(author) || !this.locked);
    return canPost ? undefined : { statusCode: 403 };
  }
}

/** A participant with the SDK's state of the room, who may be disconnected. */
class Client {
  state: RoomState = initialState;
  id = '';
  /** The `clientId` and text of the last message sent. */
  last: { clientId: string; text: string } | undefined;
  readonly token: string;
  #socket: TestSocket | undefined;
  #applied = 0;
  #refs = 0;

  constructor(name: string) {
    this.token = `${name}-token`;
  }

  get isConnected(): boolean {
    return this.#socket !== undefined;
  }

  async connect(link: string): Promise<void> {
    const { position } = this.state;
    this.#socket = await connect(link);
    this.#applied = 0;
    const ready = await this.#socket.auth({ token: this.token, ...(position && { resume: position }) });
    this.id = ready.participant?.id ?? '';
    this.applyFrames();
    expect(ready.recovered).toBe(position !== null);
  }

  drop(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** Applies the frames received since the last call. No live frame may show a gap. */
  applyFrames(): void {
    const received = this.#socket?.received ?? [];
    for (; this.#applied < received.length; this.#applied++) {
      const frame = received[this.#applied] as ServerFrame;
      expect(hasGap(this.state, frame)).toBe(false);
      this.state = reduce(this.state, { type: 'frame', frame, at: 0 });
    }
  }

  /** Sends a frame and waits for the reply with its `ref`. */
  async request(frame: Record<string, unknown>): Promise<number | { statusCode: number }> {
    this.#refs += 1;
    const ref = `r${this.#refs}`;
    const socket = this.#socket as TestSocket;
    socket.send({ ...frame, ref });
    for (;;) {
      const answer = await socket.nextOf(['ack', 'error']);
      if (answer.ref === ref) return answer.type === 'ack' ? answer.rev : { statusCode: answer.statusCode };
    }
  }
}

/** The fields of a message that are the same for every viewer. */
function plain({ id, rev, text: current, deletedAt, reactions }: Message) {
  return {
    id,
    rev,
    text: current,
    deleted: deletedAt !== undefined,
    reactions: reactions.map(({ emoji, count }) => [emoji, count]),
  };
}

async function overRest(link: string, token: string, done: Change, id: number, clientId: string) {
  const path = `/chat/${link}/messages`;
  const at = `${path}/${id}`;
  const send = () => {
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
  const { status, content } = await (send() ?? call<Message>('POST', path, { token, clientId, text: sent }));
  return status < 300 ? content.rev : { statusCode: status };
}

async function runConversation(count: number, plan: readonly Step[]): Promise<void> {
  const link = await makeRoom();
  const model = new Model();
  const clients = Array.from({ length: count }, (_, place) => new Client(`client-${place}`));
  for (const client of clients) await client.connect(link);
  for (const one of plan) await runStep(one, { link, model, clients });

  for (const client of clients) if (!client.isConnected) await client.connect(link);
  const { content } = await call<MessagePage>('GET', `/chat/${link}/messages?limit=1`);
  expect(content.rev).toBe(model.rev);
  await expect
    .poll(
      () => {
        for (const client of clients) client.applyFrames();
        return clients.map(({ state }) => state.position?.rev);
      },
      { interval: 1, timeout: 5_000 },
    )
    .toEqual(clients.map(() => model.rev));

  const expected = model.messages.map(({ id, rev, text: current, deleted, reactions }) => ({
    id,
    rev,
    text: current,
    deleted,
    reactions: [...reactions].map(([emoji, given]) => [emoji, given.size]),
  }));
  const byEmoji = (messages: Message[]) =>
    messages.map(plain).map((message) => ({ ...message, reactions: [...message.reactions].sort() }));
  const wanted = expected.map((message) => ({ ...message, reactions: [...message.reactions].sort() }));
  const stored = await allMessages(link);
  expect(byEmoji(stored)).toEqual(wanted);
  for (const { state } of clients) {
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
  for (const client of clients) client.drop();
}

async function runStep(
  one: Step,
  { link, model, clients }: { link: string; model: Model; clients: Client[] },
): Promise<void> {
  switch (one.type) {
    case 'rest':
      return;
    case 'evict': {
      const room = await roomObject(link);
      // An object that is not running cannot be evicted: wake it first.
      await runInDurableObject(room, () => undefined);
      await evictDurableObject(room, { webSockets: 'hibernate' });
      return;
    }
    case 'drop':
    case 'return': {
      const client = clients[one.who % clients.length] as Client;
      if (one.type === 'drop') {
        client.applyFrames();
        client.drop();
      } else if (!client.isConnected) await client.connect(link);
      return;
    }
    case 'moderate': {
      const { moderation: done } = one;
      const index = 'index' in done ? done.index % clients.length : 0;
      const target = 'index' in done ? { target: clients[index]?.id } : {};
      const { status } = await call('POST', `/chat/${link}/moderation`, {
        token: 'boss',
        adminToken,
        action: done.action,
        ...target,
      });
      // A participant who is not connected and has not posted is unknown to the room.
      if (status === 404) return;
      expect(status).toBe(201);
      model.moderate('index' in done ? { ...done, index } : done);
      return;
    }
    case 'act':
      await perform(one, { link, model, clients });
  }
}

async function perform(
  { who: place, overRest: wantsRest, act: done }: Extract<Step, { type: 'act' }>,
  { link, model, clients }: { link: string; model: Model; clients: Client[] },
): Promise<void> {
  const author = place % clients.length;
  const client = clients[author] as Client;
  const repeated = done.type === 'resend' ? client.last : undefined;
  if (done.type === 'resend' && !repeated) return;
  const actual: Change = repeated ? { type: 'send', text: repeated.text } : done;
  const clientId = repeated?.clientId ?? model.newClientId();
  const target = 'nth' in done ? model.target(done.nth) : undefined;
  const id = target?.id ?? 999;
  const sends = repeated !== undefined;
  const before = sends ? model.messages.find((message) => message.clientId === clientId) : undefined;
  const wanted = model.apply(author, done, clientId);
  const got =
    wantsRest || !client.isConnected
      ? await overRest(link, client.token, actual, id, clientId)
      : await client.request(frameOf(actual, id, clientId));
  // REST replies to a repeated message with its current state, and an `ack` has the `rev` that it was posted with.
  const answer = sends && (wantsRest || !client.isConnected) ? (before?.rev ?? 0) : wanted;
  expect([done, got]).toEqual([done, answer]);
  if (done.type === 'send' && typeof got === 'number') client.last = { clientId, text: done.text };
}

function frameOf(done: Change, messageId: number, clientId: string): Record<string, unknown> {
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

/** Conversations that run concurrently, each in its own room: most of their time is spent waiting for the disk. */
const lanes = 8;

it('every client ends with the same room after evictions and reconnects', { timeout: 1_800_000 }, async () => {
  const plan = fc.array(step, { minLength: steps, maxLength: steps });
  const property = () => fc.asyncProperty(fc.integer({ min: 2, max: 4 }), plan, runConversation);
  const each = Math.ceil(runs / lanes);
  await Promise.all(Array.from({ length: lanes }, () => fc.assert(property(), { numRuns: each, seed: newSeed() })));
});

/** A different seed for each lane: the default seed of fast-check is the time, which all lanes share. */
function newSeed(): number {
  return crypto.getRandomValues(new Int32Array(1))[0] ?? 0;
}
