/** Export and import of a room, also when either is interrupted. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Archive } from '../../objects/chat-room/state/archive.ts';
import { MessageLog } from '../../objects/chat-room/state/message-log.ts';
import { Reactions } from '../../objects/chat-room/state/reactions.ts';
import type { ArchivedMessage, ArchivedRoom, ArchiveEnd } from '../../shared/archive.ts';
import type { Envelope } from '../../shared/envelope.ts';
import { limits } from '../../shared/limits.ts';
import type { Message, SearchResults } from '../../shared/message.ts';
import type { RoomView } from '../../shared/room.ts';
import {
  adminToken,
  allMessages,
  bearer,
  call,
  freshLink,
  makeRoom,
  origin,
  roomObject,
} from '../support/pool/calls.ts';
import { runAlarmsUntil } from '../support/pool/clock.ts';
import { countRowsRead } from '../support/pool/rows-read.ts';
import { connect } from '../support/pool/sockets.ts';
import { schemaOf } from '../support/pool/storage.ts';

afterEach(() => vi.useRealTimers());

const operatorToken = 'operator-secret';

const fetchExport = (link: string, init: RequestInit = { headers: bearer(adminToken) }) =>
  exports.default.fetch(`${origin}/chat/${link}/export`, init);

const textOf = async (response: Response) => new TextDecoder().decode(await response.arrayBuffer());

async function exported(link: string): Promise<string[]> {
  const response = await fetchExport(link);
  expect(response.status).toBe(200);
  const text = await textOf(response);
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

const headOf = ([line = '']: string[]): ArchivedRoom => JSON.parse(line);
const messagesOf = (lines: string[]): ArchivedMessage[] => lines.slice(1, -1).map((line) => JSON.parse(line));
const endOf = (lines: string[]): ArchiveEnd => JSON.parse(lines.at(-1) ?? '');

async function importInto(link: string, body: BodyInit, token = operatorToken) {
  const response = await exports.default.fetch(`${origin}/chat/${link}/import`, {
    method: 'POST',
    headers: bearer(token),
    body,
  });
  const { content, error } = await response.json<Envelope<RoomView>>();
  return { status: response.status, content, error, headers: response.headers };
}

/** A request body that fails after those lines. */
function interruptedBody(lines: string[]): ReadableStream {
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent >= bytes.length) return controller.error(new Error('gone'));
      controller.enqueue(bytes.slice(sent, sent + 10_000));
      sent += 10_000;
    },
  });
}

const post = (link: string, body: Record<string, unknown>) =>
  call<Message>('POST', `/chat/${link}/messages`, { token: 'alice-token', name: 'Alice', ...body });

/** A room whose messages were edited, deleted, replied to and reacted to. */
async function makeFullRoom(messages: number): Promise<string> {
  const link = await makeRoom({ title: '引っ越し "quoted"\u2028', about: '', tag: ['a', '日本'], unlisted: true });
  await post(link, { clientId: 'a-1', text: 'first 第三会議室です' });
  await call('PUT', `/chat/${link}/messages/1/reactions/${encodeURIComponent('👍')}`, { token: 'alice-token' });
  await runInDurableObject(await roomObject(link), (_, { storage }) => {
    const log = new MessageLog(storage.sql);
    const reactions = new Reactions(storage.sql);
    const { salt } = storage.sql.exec<{ salt: string }>('SELECT salt FROM details').one();
    const people = Array.from({ length: 30 }, (__, place) => ({
      id: place % 5 === 4 ? `u:person.${place}` : `t:${String(place).padStart(24, '0')}`,
      name: `人 ${place}`,
      role: (['member', 'admin', 'moderator', 'operator'] as const)[place % 4] ?? 'member',
    }));
    const person = (place: number) => people[place % people.length] as (typeof people)[number];
    const react = (id: number, emoji: string, who: number, on: boolean) => {
      reactions.set(id, emoji, person(who).id, on);
      log.setReactions(id, reactions.summary(id));
    };
    storage.transactionSync(() => {
      for (let turn = 2; turn <= messages; turn++) {
        const text = turn % 400 === 0 ? '𠮷'.repeat(4_000) : `message ${turn} <b>&"\\ \u0000 👩‍👩‍👧\n\t`;
        const replyTo = turn % 7 === 0 ? 1 : undefined;
        const { id } = log.append(person(turn), { clientId: `c ${turn}`, text, replyTo }, salt, 1_000 + turn);
        if (turn % 5 === 0)
          log.edit(id, `edited ${turn}`, [{ id: person(turn).id, start: 0, length: 3 }], 2_000 + turn);
        for (let who = 0; turn % 11 === 0 && who < 14; who++) react(id, who % 3 ? '🎉' : '❤️', who, true);
        if (turn % 22 === 0) react(id, '❤️', 0, false);
        if (turn % 13 === 0) {
          reactions.deleteByMessage(id);
          log.markDeleted(id, turn % 2 ? 'author' : 'moderator', 3_000 + turn);
        }
      }
    });
  });
  return link;
}

describe('a room of 3,000 messages in all states', () => {
  let link: string;
  let lines: string[];

  beforeAll(async () => {
    link = await makeFullRoom(3_000);
    lines = await exported(link);
  }, 60_000);

  it('is exported completely: the room, its messages by id, and the end line', async () => {
    const head = headOf(lines);
    const messages = messagesOf(lines);
    const { rev } = (await call<{ rev: number }>('GET', `/chat/${link}/messages?limit=1`)).content;
    expect(head).toEqual({
      type: 'room',
      version: 1,
      link,
      title: '引っ越し "quoted"\u2028',
      about: '',
      tags: ['a', '日本'],
      unlisted: true,
      createdAt: expect.any(Number),
      updatedAt: expect.any(Number),
      epoch: expect.any(String),
      rev,
      floor: 1,
      posted: 3_000,
      salt: expect.any(String),
      adminDigest: expect.any(String),
      keepDays: 0,
      locked: false,
      slowSeconds: 0,
      standings: [],
    });
    expect(endOf(lines)).toEqual({ type: 'end', messages: 3_000, rev });
    const original = await allMessages(link);
    expect(messages.map(({ id, rev: own, text = '', author }) => ({ id, rev: own, text, author }))).toEqual(
      original.map(({ id, rev: own, text, author }) => ({ id, rev: own, text, author })),
    );
    expect(messages[0]).toMatchObject({ clientId: 'a-1', sentDigest: expect.any(String) });
    const reacted = messages.find(({ reactions }) => reactions.length > 12);
    expect(reacted?.reactions.map(({ emoji }) => emoji).slice(0, 4)).toEqual(['❤️', '🎉', '🎉', '❤️']);
    expect(messages.filter(({ deletedBy }) => deletedBy === 'moderator').length).toBeGreaterThan(100);
    expect(lines.join('\n')).not.toContain(adminToken);
    expect(lines.join('\n')).not.toContain('alice-token');
  });

  it('is identical after an import', async () => {
    const copy = freshLink();
    const imported = await importInto(copy, `${lines.join('\n')}\n`);
    expect(imported).toMatchObject({ status: 201, content: { link: copy, isAdmin: true } });
    const again = await exported(copy);
    expect(again.slice(1)).toEqual(lines.slice(1));
    const { link: _, epoch, ...head } = headOf(again);
    const { link: __, epoch: old, ...expected } = headOf(lines);
    expect(head).toEqual(expected);
    expect(epoch).not.toBe(old);
    expect(await allMessages(copy)).toEqual(await allMessages(link));
  }, 60_000);

  it('recognizes its authors, repeated messages, admin and reactions after an import, and is searchable', async () => {
    const copy = freshLink();
    await importInto(copy, lines.join('\r\n'));
    await evictDurableObject(await roomObject(copy));
    const repeated = await post(copy, { clientId: 'a-1', text: 'first 第三会議室です' });
    expect(repeated).toMatchObject({ status: 200, content: { id: 1 } });
    expect((await post(copy, { clientId: 'a-1', text: 'other' })).status).toBe(409);
    const edited = await call<Message>('PUT', `/chat/${copy}/messages/1`, { token: 'alice-token', text: 'mine' });
    expect(edited).toMatchObject({ status: 200, content: { rev: headOf(lines).rev + 1 } });
    const [first] = (
      await call<{ messages: Message[] }>(
        'GET',
        `/chat/${copy}/messages?around=1&limit=1`,
        undefined,
        bearer('alice-token'),
      )
    ).content.messages;
    expect(first?.reactions).toMatchObject([{ emoji: '👍', count: 1, mine: true }]);
    const { content } = await call<SearchResults>('GET', `/chat/${copy}/search?q=edited%202995`);
    expect(content.messages).toMatchObject([{ text: 'edited 2995' }]);
    expect(
      (await call('PUT', '/chat/update', { token: adminToken, link: copy, content: { title: 'moved' } })).status,
    ).toBe(200);
    const old = headOf(lines);
    const back = await (await connect(copy)).auth({ resume: { epoch: old.epoch, rev: old.rev } });
    expect(back).toMatchObject({ recovered: false, rev: old.rev + 1 });
  }, 60_000);

  it('keeps moderators, mutes, bans, chat settings and the join key in an import', async () => {
    const old = await makeRoom({ joinKey: 'a secret key', keepDays: 30 });
    const key = { joinKey: 'a secret key' };
    const idOf = async (who: string) =>
      (await post(old, { ...key, token: `${who}-token`, clientId: who, text: 'x' })).content.author.id;
    const moderate = (act: Record<string, unknown>) =>
      call('POST', `/chat/${old}/moderation`, { token: 'boss', adminToken, ...act });
    await moderate({ action: 'ban', target: await idOf('mallory'), reason: 'spam' });
    await moderate({ action: 'promote', target: await idOf('carol') });
    await moderate({ action: 'slow', seconds: 60 });
    const copy = freshLink();
    expect((await importInto(copy, `${(await exported(old)).join('\n')}\n`)).status).toBe(201);
    expect((await call('GET', `/chat/${copy}`)).status).toBe(403);
    const banned = await post(copy, { ...key, token: 'mallory-token', clientId: 'm', text: 'x' });
    expect([banned.status, banned.envelope.error]).toEqual([403, 'Banned: spam']);
    const { role, slowSeconds } = await (await connect(copy)).auth({ ...key, token: 'carol-token' });
    expect([role, slowSeconds]).toEqual(['moderator', 60]);
    expect(headOf(await exported(copy)).keepDays).toBe(30);
  });

  it('can be continued after an interrupted body and an eviction, and does not exist before the end line', async () => {
    const copy = freshLink();
    const half = await importInto(copy, interruptedBody(lines.slice(0, 1_500)));
    expect(half.status).toBe(400);
    expect(half.error).toMatch(/^Import incomplete: Stored up to message \d+; send the same file again to continue$/);
    await evictDurableObject(await roomObject(copy));
    const refused = { statusCode: 503, error: 'Service unavailable: The chat is being imported' };
    const closed = async () => {
      for (const path of ['', '/messages', '/messages/1', '/search?q=a', '/participants', '/export']) {
        const { envelope, headers } = await call('GET', `/chat/${copy}${path}`, undefined, bearer(adminToken));
        expect([path, envelope]).toMatchObject([path, refused]);
        expect(headers.get('Retry-After')).toBe(String(limits.room.importRetrySeconds));
      }
      expect((await post(copy, { clientId: 'x', text: 'x' })).envelope).toMatchObject(refused);
      const content = { title: 'x', about: '', tag: [], link: copy };
      expect((await call('POST', '/chat/new', { token: 'x', content })).envelope).toMatchObject(refused);
      expect((await call('DELETE', '/chat/delete', { token: adminToken, link: copy })).envelope).toMatchObject(refused);
      expect((await (await connect(copy)).closed).code).toBe(4503);
      await env.CHAT_ROOM.getByName(copy).republish(copy);
      const listed = await call<{ chats: RoomView[] }>('GET', '/chat/list?limit=100');
      expect(listed.content.chats.map((room) => room.link)).not.toContain(copy);
    };
    await closed();
    expect((await importInto(copy, [...lines.slice(0, 300), '{'].join('\n'))).error).toBe('Line 301: Invalid JSON');
    await closed();
    const skipped = await importInto(copy, interruptedBody([lines[0] ?? '', ...lines.slice(1_700, 1_720)]));
    expect(skipped.status).toBe(400);
    const gap = await importInto(copy, [lines[0], ...lines.slice(-10)].join('\n'));
    expect([gap.status, gap.error]).toEqual([400, expect.stringMatching(/^Import incomplete: \d+ of 3000 messages/)]);
  }, 60_000);

  it('is complete after several interrupted imports of the same file', async () => {
    const copy = freshLink();
    for (const upTo of [300, 700, 701, 2_999]) {
      expect((await importInto(copy, interruptedBody(lines.slice(0, upTo)))).status).toBe(400);
      await evictDurableObject(await roomObject(copy));
    }
    expect((await importInto(copy, interruptedBody(lines.slice(0, 400)))).error).toMatch(
      /Stored up to message [3-9]\d{3};/,
    );
    const parted = [lines[0], ...lines.slice(2_500)].join('\n');
    expect((await importInto(copy, parted)).status).toBe(201);
    expect((await exported(copy)).slice(1)).toEqual(lines.slice(1));
    expect((await importInto(copy, parted)).error).toBe('Chat link already exists');
  }, 60_000);
});

describe('an import', () => {
  let lines: string[];

  beforeAll(async () => {
    lines = await exported(await makeFullRoom(60));
  });

  const changed = (place: number, change: Record<string, unknown>) =>
    lines.map((line, at) => (at === place ? JSON.stringify({ ...JSON.parse(line), ...change }) : line));

  it.each([
    [
      'no room line at the beginning',
      () => lines.slice(1),
      'Line 1: Invalid fields: type must be "room" on the first line',
    ],
    ['two room lines', () => [...lines.slice(0, 3), lines[0] ?? ''], 'Line 4: Invalid fields: type must be "room" on'],
    ['a line that is not JSON', () => lines.with(7, '{"type":'), 'Line 8: Invalid JSON'],
    ['a line of an unknown type', () => lines.with(7, '{"type":"x"}'), 'Line 8: Invalid fields: type must be'],
    ['an id that is not greater', () => lines.with(7, lines[5] ?? ''), 'Line 8: Invalid fields: id must be greater'],
    ['a message without an author', () => changed(7, { author: undefined }), 'Line 8: Missing required fields: author'],
    ['an impossible author id', () => changed(7, { author: { id: 'x', name: 'x', role: 'member' } }), 'author.id'],
    [
      'an unknown role',
      () => changed(7, { author: { id: `t:${'0'.repeat(24)}`, name: 'x', role: 'boss' } }),
      'author.role',
    ],
    ['a rev below its id', () => changed(7, { rev: 1 }), 'Line 8: Invalid fields: rev must be at least id'],
    [
      'a text that is too long',
      () => changed(7, { text: 'x'.repeat(4_001) }),
      'Line 8: Invalid fields: text must be at',
    ],
    [
      'no text',
      () => changed(7, { text: undefined }),
      'Line 8: Invalid fields: text must be present except on tombstones',
    ],
    ['an invalid digest', () => changed(7, { sentDigest: '!' }), 'Line 8: Invalid fields: sentDigest must be'],
    ['an invalid reaction', () => changed(7, { reactions: [{ emoji: 'x', participant: 'u:a' }] }), 'Line 8: Invalid'],
    [
      'the same reaction twice',
      () => changed(7, { reactions: Array(2).fill({ emoji: '👍', participant: 'u:a' }) }),
      'Line 8: Invalid fields: reactions must not contain duplicates',
    ],
    ['the rev of another message', () => changed(7, { rev: JSON.parse(lines[6] ?? '').rev + 0 }), 'Line 8'],
    [
      'the clientId of another message',
      () => {
        const { author, clientId } = JSON.parse(lines[6] ?? '');
        return changed(7, { author, clientId });
      },
      'Line 8: id, rev and clientId must be unique',
    ],
    ['another version', () => changed(0, { version: 2 }), 'Line 1: Invalid fields: version must be 1'],
    ['no salt', () => changed(0, { salt: undefined }), 'Line 1: Missing required fields: salt'],
    [
      'an end line with more messages',
      () => changed(lines.length - 1, { messages: 61 }),
      '60 of 61 messages are stored',
    ],
    ['an end line with a lower rev', () => changed(lines.length - 1, { rev: 3 }), 'rev of the end must be the highest'],
    ['no end line', () => lines.slice(0, -1), 'Import incomplete: Stored up to message'],
    ['an empty body', () => [''], 'Import incomplete'],
  ])('with %s is refused with 400 and creates no room', async (_, body, text) => {
    const link = freshLink();
    const { status, error } = await importInto(link, body().join('\n'));
    expect([status, error]).toEqual([400, expect.stringContaining(text)]);
    const { status: after } = await call('GET', `/chat/${link}`);
    expect([404, 503]).toContain(after);
    if (after === 503)
      expect((await importInto(link, lines.join('\n'))).status).toBe(text.includes('Line 1:') ? 409 : 201);
  });

  it('of bytes that are not UTF-8, or of an endless line, is refused with 400', async () => {
    const latin = new Uint8Array([...new TextEncoder().encode(`${lines[0]}\n"`), 0xe9, 0x0a]);
    expect((await importInto(freshLink(), latin)).error).toBe('Line 2: Invalid encoding: must be UTF-8');
    const endless = `${lines[0]}\n"${'x'.repeat(limits.archive.lineBytes)}`;
    expect((await importInto(freshLink(), endless)).error).toBe(
      `Line 2: must be at most ${limits.archive.lineBytes} bytes`,
    );
  });

  it('is allowed to the operator only, with the token in the header only', async () => {
    const link = freshLink();
    const send = async (path: string, headers: Record<string, string> = {}, method = 'POST') => {
      const response = await exports.default.fetch(`${origin}${path}`, { method, headers, body: lines.join('\n') });
      const { error } = await response.json<Envelope>();
      return [response.status, error];
    };
    const path = `/chat/${link}/import`;
    for (const method of ['POST', 'DELETE']) {
      expect(await send(path, {}, method)).toEqual([401, 'Unauthorized: A credential is required']);
      expect(await send(`${path}?token=${operatorToken}`, {}, method)).toEqual([401, expect.any(String)]);
      expect(await send(path, bearer(adminToken), method)).toEqual([403, 'Forbidden: Invalid operator token']);
      expect(await send('/chat/list/import', bearer(operatorToken), method)).toEqual([400, expect.any(String)]);
    }
    expect(await send(path, bearer(operatorToken), 'PUT')).toEqual([405, 'Method not allowed']);
    expect((await call('GET', `/chat/${link}`)).status).toBe(404);
    expect(await schemaOf(link)).toEqual([]);
  });

  it('into an existing room is refused with 409 and changes nothing', async () => {
    const link = await makeRoom();
    await post(link, { clientId: 'a', text: 'mine' });
    expect((await importInto(link, lines.join('\n'))).error).toBe('Chat link already exists');
    expect(await allMessages(link)).toMatchObject([{ text: 'mine' }]);
  });

  it('of another file is refused with 409 until the first import is cancelled, which leaves nothing', async () => {
    const link = freshLink();
    await importInto(link, interruptedBody(lines.slice(0, 40)));
    const other = await exported(await makeFullRoom(20));
    const conflict = 'Conflict: Another import to this link is in progress';
    expect(await importInto(link, other.join('\n'))).toMatchObject({ status: 409, error: conflict });
    const cancel = () => call('DELETE', `/chat/${link}/import`, undefined, bearer(operatorToken));
    expect((await cancel()).envelope).toEqual({ statusCode: 200, content: 'Import given up' });
    expect((await cancel()).envelope).toMatchObject({ statusCode: 404, error: 'No import in progress' });
    expect((await call('GET', `/chat/${link}`)).status).toBe(404);
    expect(await schemaOf(link)).toEqual([]);
    expect((await importInto(link, other.join('\n'))).status).toBe(201);
    expect((await exported(link)).slice(1)).toEqual(other.slice(1));
  });

  it('that was cancelled and restarted accepts nothing for the cancelled one', async () => {
    const link = freshLink();
    const room = await roomObject(link);
    const [head, messages] = [headOf(lines), messagesOf(lines).map((message, at) => ({ line: at + 2, message }))];
    const begin = async () => {
      const begun = await room.runImportStep({ token: operatorToken }, { type: 'begin', room: head });
      return begun.ok ? begun.value.key : '';
    };
    const old = await begin();
    await room.runImportStep({ token: operatorToken }, { type: 'cancel' });
    const key = await begin();
    expect(key).not.toBe(old);
    const late = await room.runImportStep(
      { token: operatorToken },
      { type: 'store', key: old, messages: messages.slice(30) },
    );
    expect(late).toMatchObject({ ok: false, failure: { code: 'other_import' } });
    expect(await room.runImportStep({ token: operatorToken }, { type: 'store', key, messages })).toMatchObject({
      ok: true,
    });
    expect(await room.finishImport({ token: operatorToken }, link, old, endOf(lines))).toMatchObject({ ok: false });
    expect(await room.finishImport({ token: operatorToken }, link, key, endOf(lines))).toMatchObject({ ok: true });
  });

  it('that is sent twice at once creates one room', async () => {
    const link = freshLink();
    const [one, other] = await Promise.all([importInto(link, lines.join('\n')), importInto(link, lines.join('\n'))]);
    expect([one.status, other.status].sort()).toEqual([201, 409]);
    expect((await exported(link)).slice(1)).toEqual(lines.slice(1));
  });

  it('is not affected by pending deliveries of an earlier room at that link', async () => {
    const link = await makeRoom();
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    await importInto(link, interruptedBody(lines.slice(0, 40)));
    expect(await runAlarmsUntil(link, Date.now() + 3_600_000)).not.toEqual([]);
    expect((await call('GET', `/chat/${link}`)).status).toBe(503);
    expect((await importInto(link, lines.join('\n'))).status).toBe(201);
  });

  it('can reuse the link of a deleted room, and is listed when it ends', async () => {
    const link = await makeRoom();
    const listed = await exported(link);
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    expect((await importInto(link, listed.join('\n'))).status).toBe(201);
    const { chats } = (await call<{ chats: RoomView[] }>('GET', '/chat/list?limit=100')).content;
    expect(chats.map((room) => room.link)).toContain(link);
  });
});

describe('an export', () => {
  it('is allowed to the admin and the operator only, with the token in the header only, and is not cached', async () => {
    const link = await makeRoom();
    const refused = async (path: string, init?: RequestInit) => {
      const response = await exports.default.fetch(`${origin}${path}`, init);
      const { error } = await response.json<Envelope>();
      return [response.status, error];
    };
    const path = `/chat/${link}/export`;
    expect(await refused(path)).toEqual([401, 'Unauthorized: A credential is required']);
    expect(await refused(`${path}?token=${adminToken}`)).toEqual([401, expect.any(String)]);
    expect(await refused(path, { headers: bearer('wrong') })).toEqual([403, 'Forbidden: Invalid admin token']);
    expect(await refused('/chat/no-room-here/export')).toEqual([404, 'Chat not found']);
    expect(await refused('/chat/new/export', { headers: bearer(adminToken) })).toEqual([400, expect.any(String)]);
    expect(await refused(path, { method: 'POST', headers: bearer(adminToken) })).toEqual([405, 'Method not allowed']);
    for (const token of [adminToken, operatorToken]) {
      const response = await fetchExport(link, { headers: bearer(token) });
      expect(response.status).toBe(200);
      expect(response.headers.get('Content-Type')).toBe('application/x-ndjson');
      expect(response.headers.get('Content-Disposition')).toBe(`attachment; filename="${link}.ndjson"`);
      expect(response.headers.get('Cache-Control')).toBe('private, no-store');
      expect((await textOf(response)).split('\n')).toHaveLength(3);
    }
    const head = await fetchExport(link, { method: 'HEAD', headers: bearer(adminToken) });
    expect([head.status, await textOf(head)]).toEqual([200, '']);
  });

  /** Reads the first lines of an export, runs `change`, and reads the rest. */
  async function exportDuring(link: string, change: () => Promise<unknown>): Promise<string[]> {
    const { body } = await fetchExport(link);
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const before = text;
      text += decoder.decode(chunk.value, { stream: true });
      if (before === '') await change();
    }
    return text.slice(0, -1).split('\n');
  }

  it('contains the messages that existed at its start, each in its state when it was read, and can be imported', async () => {
    const link = await makeFullRoom(limits.archive.batchMessages * 6);
    const { rev } = (await call<{ rev: number }>('GET', `/chat/${link}/messages?limit=1`)).content;
    await post(link, { clientId: 'late', text: 'to be changed' });
    const lines = await exportDuring(link, async () => {
      await call('PUT', `/chat/${link}/messages/${rev + 1}`, { token: 'alice-token', text: 'changed' });
      await call('DELETE', `/chat/${link}/messages/1`, { token: 'x', adminToken });
      for (const clientId of ['n-1', 'n-2']) await post(link, { clientId, text: 'too late' });
    });
    const messages = messagesOf(lines);
    expect(headOf(lines).rev).toBe(rev + 1);
    expect(messages.at(-1)).toMatchObject({ id: rev + 1, rev: rev + 2, text: 'changed' });
    expect(endOf(lines)).toEqual({ type: 'end', messages: messages.length, rev: rev + 2 });
    const copy = freshLink();
    expect((await importInto(copy, lines.join('\n'))).status).toBe(201);
    const next = await post(copy, { clientId: 'next', text: 'goes on' });
    expect(next.content.rev).toBe(rev + 3);
  }, 60_000);

  it('of a room that is deleted in between fails', async () => {
    const link = await makeFullRoom(limits.archive.batchMessages * 6);
    const reading = exportDuring(link, () => call('DELETE', '/chat/delete', { token: adminToken, link }));
    await expect(reading).rejects.toThrow();
  }, 60_000);

  it('reads messages in pages that are limited in number and in text length', async () => {
    const link = await makeFullRoom(limits.archive.batchMessages * 3);
    await runInDurableObject(await roomObject(link), (_, { storage }) => {
      const { sql, rowsRead } = countRowsRead(storage.sql);
      const archive = new Archive(sql, new MessageLog(sql), new Reactions(sql));
      const first = archive.messages(0, Number.MAX_SAFE_INTEGER);
      expect(first).toHaveLength(limits.archive.batchMessages);
      const given = first.reduce((sum, { reactions }) => sum + reactions.length, 0);
      expect(rowsRead()).toBeLessThanOrEqual(2 * (limits.archive.batchMessages + given));
      storage.sql.exec("UPDATE messages SET text = ? WHERE text <> ''", 'x'.repeat(4_000));
      const heavy = archive.messages(0, Number.MAX_SAFE_INTEGER);
      expect(heavy.length).toBeLessThan(limits.archive.batchMessages);
      expect(heavy.reduce((sum, { text = '' }) => sum + text.length, 0)).toBeLessThan(
        limits.archive.batchLength + 4_000,
      );
      expect(archive.messages(first.at(-1)?.id ?? 0, (first.at(-1)?.id ?? 0) + 5).length).toBeLessThanOrEqual(5);
    });
  });
});
