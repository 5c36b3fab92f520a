/** Sessions of a user: the four calls of the storage-model document, their ownership, and persistence. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { migrate } from '../../objects/storage/migrations.ts';
import { Entries } from '../../objects/user-sessions/entries.ts';
import { Ownership } from '../../objects/user-sessions/ownership.ts';
import { migrations } from '../../objects/user-sessions/schema.ts';
import type { CallContent } from '../../shared/call-types.ts';
import { limits } from '../../shared/limits.ts';
import { type Answer, bearer, call } from '../support/pool/calls.ts';
import { setClock } from '../support/pool/clock.ts';
import { countRowsRead } from '../support/pool/rows-read.ts';
import { sign } from '../support/pool/signing.ts';
import { schemaNames } from '../support/pool/storage.ts';

afterEach(() => vi.useRealTimers());

let users = 0;

/** A user that no other test uses. */
function freshUser(): string {
  users += 1;
  return `user-${users}-${crypto.randomUUID().slice(0, 8)}`;
}

const store = (body: Record<string, unknown>, token?: string) =>
  call<CallContent<'storeChatMessage'>>('POST', '/storeChatMessage', body, bearer(token));
const history = (userId: string, sessionId: string, token?: string, more = '') =>
  call<CallContent<'getChatHistory'>>(
    'GET',
    `/getChatHistory?userId=${userId}&sessionId=${sessionId}${more}`,
    undefined,
    bearer(token),
  );
const sessions = (userId: string, token?: string, more = '') =>
  call<CallContent<'getAllSessions'>>('GET', `/getAllSessions?userId=${userId}${more}`, undefined, bearer(token));
const erase = (userId: string, sessionId: string, token?: string) =>
  call('DELETE', `/deleteChatHistory?userId=${userId}&sessionId=${sessionId}`, undefined, bearer(token));

/** Makes all four calls about a user and a session, one after another. */
const allCalls = async (userId: string, sessionId: string, token?: string): Promise<Answer<unknown>[]> => [
  await store({ userId, sessionId, message: 'mine now' }, token),
  await history(userId, sessionId, token),
  await sessions(userId, token),
  await erase(userId, sessionId, token),
];

const statuses = (answers: Answer<unknown>[]) => answers.map(({ status }) => status);

describe('storing', () => {
  it('creates a session and returns the whole entry', async () => {
    const userId = freshUser();
    const { status, content } = await store({ userId, message: 'こんにちは', role: 'user' }, 'secret');
    expect(status).toBe(201);
    expect(content).toEqual({
      userId,
      sessionId: expect.stringMatching(/^[\w-]{24}$/),
      chatId: expect.stringMatching(/^[\w-]{24}$/),
      timestamp: expect.any(Number),
      message: 'こんにちは',
      role: 'user',
    });
  });

  it('adds to the given session, and creates it if it does not exist', async () => {
    const userId = freshUser();
    for (const message of ['one', 'two']) await store({ userId, sessionId: 's', message }, 'secret');
    const { content } = await history(userId, 's', 'secret');
    expect(content.messages.map(({ message, sessionId }) => [message, sessionId])).toEqual([
      ['one', 's'],
      ['two', 's'],
    ]);
    expect((await sessions(userId, 'secret')).content.sessions).toMatchObject([{ sessionId: 's', messageCount: 2 }]);
  });

  it('stores a chatId once, however often and to whichever session it is sent', async () => {
    const userId = freshUser();
    await store({ userId, message: 'first' }, 'secret');
    const entry = { userId, chatId: 'c', message: 'same' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => store(entry, 'secret')));
    expect(statuses(answers).filter((status) => status === 201)).toHaveLength(1);
    expect(statuses(answers).filter((status) => status === 200)).toHaveLength(49);
    const bodies = new Set(answers.map(({ content }) => JSON.stringify(content)));
    expect(bodies.size).toBe(1);
    const again = await store({ ...entry, sessionId: 'another' }, 'secret');
    expect([again.status, again.content]).toEqual([200, answers[0]?.content]);
    expect((await sessions(userId, 'secret')).content.sessions).toHaveLength(2);
  });

  it('stores a chatId once for fifty concurrent first calls without a token', async () => {
    const userId = freshUser();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => store({ userId, chatId: 'c', message: 'same' })),
    );
    expect(statuses(answers).filter((status) => status === 201)).toHaveLength(1);
    expect(statuses(answers).filter((status) => status === 200)).toHaveLength(49);
    expect(new Set(answers.map(({ content }) => JSON.stringify(content))).size).toBe(1);
  });

  it('refuses the same chatId with different content', async () => {
    const userId = freshUser();
    await store({ userId, chatId: 'c', message: 'one' }, 'secret');
    for (const other of [{ message: 'two' }, { message: 'one', role: 'user' }]) {
      const { status, envelope } = await store({ userId, chatId: 'c', ...other }, 'secret');
      expect([status, envelope.error]).toEqual([409, 'Conflict: chatId was used for another message']);
    }
  });

  it.each([
    ['nothing', {}, 'Missing required fields: userId, message'],
    ['no message', { userId: 'a' }, 'Missing required fields: message'],
    ['a blank message', { userId: 'a', message: ' ' }, 'message must not be blank'],
    ['a long message', { userId: 'a', message: 'x'.repeat(4_001) }, 'message must be at most 4000 characters'],
    ['a userId with a colon', { userId: 'a:b', message: 'x' }, 'userId must be 1 to 128'],
    ['a userId that is too long', { userId: 'a'.repeat(129), message: 'x' }, 'userId must be 1 to 128'],
    ['a sessionId with a slash', { userId: 'a', sessionId: '../b', message: 'x' }, 'sessionId must be 1 to 128'],
    ['a chatId that is a number', { userId: 'a', chatId: 7, message: 'x' }, 'chatId must be a string'],
    ['a long role', { userId: 'a', message: 'x', role: 'r'.repeat(33) }, 'role must be at most 32 characters'],
  ])('refuses %s', async (_, body, text) => {
    const { status, envelope } = await store(body);
    expect(status).toBe(400);
    expect(envelope.error).toContain(text);
  });
});

describe('reading', () => {
  it('returns a long history in pages, oldest first and each entry once', async () => {
    const userId = freshUser();
    for (let number = 1; number <= 25; number++) {
      await store({ userId, sessionId: number % 5 === 0 ? 'other' : 's', message: `${number}` }, 'secret');
    }
    const seen: string[] = [];
    for (let more = ''; ; ) {
      const { content } = await history(userId, 's', 'secret', `&limit=7${more}`);
      seen.push(...content.messages.map(({ message }) => message));
      if (content.next === undefined) break;
      more = `&after=${content.next}`;
    }
    const expected = Array.from({ length: 25 }, (_, place) => place + 1).filter((number) => number % 5 !== 0);
    expect(seen.map(Number)).toEqual(expected);
  });

  it('lists the sessions newest first, in pages if a limit is given', async () => {
    const userId = freshUser();
    for (let number = 1; number <= 9; number++)
      await store({ userId, sessionId: `s${number}`, message: 'x' }, 'secret');
    const all = (await sessions(userId, 'secret')).content;
    expect(all.sessions.map(({ sessionId }) => sessionId)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1].map((n) => `s${n}`));
    expect(all.next).toBeUndefined();
    const first = (await sessions(userId, 'secret', '&limit=4')).content;
    const second = (await sessions(userId, 'secret', `&limit=9&after=${first.next}`)).content;
    expect([...first.sessions, ...second.sessions]).toEqual(all.sessions);
    expect(second.next).toBeUndefined();
  });

  it('names the missing parameters', async () => {
    const missing = async (method: string, path: string) => (await call(method, path)).envelope.error;
    expect(await missing('GET', '/getChatHistory')).toBe('Missing required fields: userId, sessionId');
    expect(await missing('GET', '/getChatHistory?userId=a')).toBe('Missing required fields: sessionId');
    expect(await missing('GET', '/getAllSessions?userId=')).toBe('Missing required fields: userId');
    expect(await missing('DELETE', '/deleteChatHistory?userId=a')).toBe('Missing required fields: sessionId');
  });

  it('tells only the owner that a session does not exist', async () => {
    const userId = freshUser();
    await store({ userId, sessionId: 's', message: 'x' }, 'secret');
    const answers = [await history(userId, 'none', 'secret'), await erase(userId, 'none', 'secret')];
    for (const { status, envelope } of answers) expect([status, envelope.error]).toEqual([404, 'Session not found']);
  });
});

it('a history page is limited in bytes too, and the next page continues', async () => {
  await runInDurableObject(env.USER_SESSIONS.getByName(freshUser()), (_, { storage }) => {
    migrate(storage, migrations);
    const entries = new Entries(storage.sql);
    const message = '😀'.repeat(4_000);
    for (let number = 1; number <= 150; number++) entries.store({ sessionId: 's', chatId: `c${number}`, message }, 1);
    const seen: string[] = [];
    for (let after = 0; ; ) {
      const page = entries.history('s', after, limits.sessions.pageSizeMax);
      if (!page.ok) throw new Error(page.failure.text);
      expect(page.value.messages.length * 16_000).toBeLessThanOrEqual(limits.sessions.pageBytes);
      seen.push(...page.value.messages.map(({ chatId }) => chatId));
      if (page.value.next === undefined) break;
      after = Number(page.value.next);
    }
    expect(seen).toEqual(Array.from({ length: 150 }, (__, place) => `c${place + 1}`));
  });
});

describe('deleting', () => {
  it('deletes the session with its entries, by query or body, and frees its ids', async () => {
    const userId = freshUser();
    const entry = { userId, sessionId: 's', chatId: 'c', message: 'x' };
    await store(entry, 'secret');
    await store({ userId, sessionId: 'kept', message: 'y' }, 'secret');
    expect((await erase(userId, 's', 'secret')).content).toBe('Chat history deleted successfully');
    expect((await history(userId, 's', 'secret')).status).toBe(404);
    expect((await store({ ...entry, message: 'new' }, 'secret')).status).toBe(201);
    const body = { userId, sessionId: 's' };
    expect((await call('DELETE', '/deleteChatHistory', body, bearer('secret'))).status).toBe(200);
    expect((await sessions(userId, 'secret')).content.sessions).toMatchObject([{ sessionId: 'kept' }]);
  });

  it('keeps the claim of the user when no session is left', async () => {
    const userId = freshUser();
    await store({ userId, sessionId: 's', message: 'x' }, 'secret');
    await erase(userId, 's', 'secret');
    expect(statuses(await allCalls(userId, 's', 'stranger'))).toEqual([403, 403, 403, 403]);
    expect((await sessions(userId, 'secret')).content).toEqual({ userId, sessions: [] });
  });
});

describe('ownership', () => {
  it.each([false, true])('only the token of the claim gives access (after an eviction: %s)', async (evicted) => {
    const userId = freshUser();
    const { content } = await store({ userId, sessionId: 's', message: 'x' });
    if (evicted) await evictDurableObject(env.USER_SESSIONS.getByName(userId));
    expect(content.token).toMatch(/^[\w-]{24}$/);
    expect(statuses(await allCalls(userId, 's'))).toEqual([401, 401, 401, 401]);
    expect(statuses(await allCalls(userId, 's', 'stranger'))).toEqual([403, 403, 403, 403]);
    expect(statuses(await allCalls(userId, 's', await sign({ claims: { sub: 'mallory' } })))).toEqual([
      403, 403, 403, 403,
    ]);
    expect((await history(userId, 's', content.token)).content.messages).toHaveLength(1);
    expect(statuses(await allCalls(userId, 's', content.token))).toEqual([201, 200, 200, 200]);
  });

  it('responses do not reveal whether a user or session exists', async () => {
    const [existing, absent] = [freshUser(), freshUser()];
    await store({ userId: existing, sessionId: 's', message: 'x' }, 'secret');
    for (const token of [undefined, 'stranger', await sign({ claims: { sub: 'mallory' } })]) {
      const envelopesOf = async (userId: string) =>
        (await allCalls(userId, 's', token)).slice(1).map(({ envelope }) => JSON.stringify(envelope));
      expect(await envelopesOf(existing)).toEqual(await envelopesOf(absent));
    }
  });

  it('reading creates nothing and claims nothing', async () => {
    const userId = freshUser();
    await sessions(userId, 'stranger');
    await sessions(userId, await sign({ claims: { sub: userId } }));
    await runInDurableObject(env.USER_SESSIONS.getByName(userId), (_, state) => {
      expect(schemaNames(state.storage.sql)).toEqual([]);
    });
    expect((await store({ userId, message: 'x' }, 'mine')).status).toBe(201);
    expect((await sessions(userId, 'mine')).status).toBe(200);
  });

  it('repeats the response of a first call to the identical call only, for ten minutes', async () => {
    const userId = freshUser();
    const first = { userId, sessionId: 's', chatId: 'c', message: 'x' };
    const lost = await store(first);
    const again = await store(first);
    expect([again.status, again.content]).toEqual([200, lost.content]);
    await evictDurableObject(env.USER_SESSIONS.getByName(userId));
    const later = await store(first);
    expect(later.content.token).not.toBe(lost.content.token);
    for (const token of [lost.content.token, later.content.token]) {
      expect((await history(userId, 's', token)).content.messages).toHaveLength(1);
    }
    for (const other of [
      { message: 'y' },
      { chatId: 'd' },
      { sessionId: 't' },
      { role: 'user' },
      { chatId: undefined },
    ]) {
      expect((await store({ ...first, ...other })).status).toBe(401);
    }
    setClock(Date.now() + limits.sessions.tokenReissueMs + 1);
    expect((await store(first)).status).toBe(401);
  });

  it('issues a limited number of tokens for a first call', async () => {
    const userId = freshUser();
    const first = { userId, chatId: 'c', message: 'x' };
    const given = new Set<string | undefined>();
    for (let call = 0; call < 10; call++) {
      given.add((await store(first)).content.token);
      await evictDurableObject(env.USER_SESSIONS.getByName(userId));
    }
    expect(given.size).toBe(limits.sessions.tokenReissueCount + 1);
    expect(given.has(undefined)).toBe(true);
  });

  it('issues no more tokens for a first call after a few other calls without a token', async () => {
    const userId = freshUser();
    const first = { userId, chatId: '7391', message: 'hello' };
    await store(first);
    for (let guess = 0; guess < limits.sessions.tokenReissueOtherCalls; guess++) {
      expect((await store({ ...first, chatId: `${guess}` })).status).toBe(401);
    }
    expect((await store(first)).status).toBe(401);
  });

  it('a delayed first call neither restores a deleted entry nor gets a token', async () => {
    const userId = freshUser();
    const first = { userId, sessionId: 's', chatId: 'c', message: 'x' };
    const { content } = await store(first);
    await erase(userId, 's', content.token);
    expect((await store(first)).status).toBe(401);
    expect((await sessions(userId, content.token)).content.sessions).toEqual([]);
  });

  it('a token in the header takes precedence over one in the body', async () => {
    const userId = freshUser();
    const signed = await sign({ claims: { sub: userId } });
    expect((await store({ userId, sessionId: 's', message: 'x', token: 'other' }, signed)).status).toBe(201);
    expect((await sessions(userId, 'other')).status).toBe(403);
    expect((await sessions(userId, signed)).content.sessions).toHaveLength(1);
  });

  it('a call that cannot be stored neither creates nor revokes a claim', async () => {
    const [fresh, claimed] = [freshUser(), freshUser()];
    await store({ userId: claimed, sessionId: 's', message: 'x' }, 'secret');
    await runInDurableObject(env.USER_SESSIONS.getByName(fresh), (_, { storage }) => {
      migrate(storage, migrations);
    });
    const fault = async (userId: string, work: () => Promise<unknown>) => {
      const object = env.USER_SESSIONS.getByName(userId);
      await runInDurableObject(object, (_, { storage }) => {
        storage.sql.exec("CREATE TRIGGER fault BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'fault'); END");
      });
      await work();
      await runInDurableObject(object, (_, { storage }) => {
        storage.sql.exec('DROP TRIGGER fault');
      });
    };
    await fault(fresh, async () => expect((await store({ userId: fresh, message: 'x' }, 'thief')).status).toBe(500));
    const signed = await sign({ claims: { sub: claimed } });
    await fault(claimed, async () => expect((await store({ userId: claimed, message: 'x' }, signed)).status).toBe(500));
    expect((await store({ userId: fresh, message: 'x' }, 'owner')).status).toBe(201);
    expect((await sessions(claimed, 'secret')).content.sessions).toMatchObject([{ messageCount: 1 }]);
  });

  it('a first call with a token gets no other token', async () => {
    const userId = freshUser();
    const first = { userId, chatId: 'c', message: 'x' };
    expect((await store(first, 'secret')).content.token).toBeUndefined();
    expect((await store(first)).status).toBe(401);
    expect((await store({ ...first, token: 'secret' })).status).toBe(200);
  });

  it('a signed token of the user revokes the claim permanently', async () => {
    const userId = freshUser();
    const first = { userId, sessionId: 's', chatId: 'c', message: 'x' };
    const { content } = await store(first);
    const signed = await sign({ claims: { sub: userId } });
    expect((await history(userId, 's', signed)).content.messages).toHaveLength(1);
    expect(statuses(await allCalls(userId, 's', content.token))).toEqual([403, 403, 403, 403]);
    expect((await store(first)).status).toBe(401);
    await evictDurableObject(env.USER_SESSIONS.getByName(userId));
    expect((await store(first)).status).toBe(401);
    expect(statuses(await allCalls(userId, 's', signed))).toEqual([201, 200, 200, 200]);
  });

  it.each([
    ['the user with a signed token', async (userId: string) => sign({ claims: { sub: userId } })],
    ['the operator', async () => 'operator-secret'],
  ])('a user whose first entry was stored by %s cannot be claimed', async (_, tokenOf) => {
    const userId = freshUser();
    expect((await store({ userId, sessionId: 's', message: 'x' }, await tokenOf(userId))).status).toBe(201);
    expect(statuses(await allCalls(userId, 's', 'stranger'))).toEqual([403, 403, 403, 403]);
    expect((await store({ userId, message: 'x' })).status).toBe(401);
    expect(statuses(await allCalls(userId, 's', 'operator-secret'))).toEqual([201, 200, 200, 200]);
  });

  it('with claims off, only signed tokens and the operator have access', async () => {
    const userId = freshUser();
    await runInDurableObject(env.USER_SESSIONS.getByName(userId), (_, { storage }) => {
      const settings = { operatorToken: 'operator-secret', allowsClaims: true };
      const nothing = { text: undefined, isStored: false };
      migrate(storage, migrations);
      const token = { kind: 'token', token: 'secret' } as const;
      expect(new Ownership(storage.sql, settings).claimOrAuthorize(token, nothing, 1).ok).toBe(true);
      expect(new Ownership(storage.sql, settings).authorize(token).ok).toBe(true);
      const closed = new Ownership(storage.sql, { ...settings, allowsClaims: false });
      const refused = (code: string) => ({ ok: false, failure: { code } });
      expect(closed.authorize(token)).toMatchObject(refused('not_yours'));
      expect(closed.claimOrAuthorize({ kind: 'none' }, nothing, 1)).toMatchObject(refused('no_credential'));
      expect(closed.authorizeAbsent(token, true)).toMatchObject(refused('not_yours'));
      expect(closed.authorizeAbsent({ kind: 'none' }, true)).toMatchObject(refused('no_credential'));
      expect(closed.authorize({ kind: 'token', token: 'operator-secret' }).ok).toBe(true);
      const person = { userId, name: undefined, expiresAt: 2 };
      expect(closed.authorize({ kind: 'signed', subject: person }).ok).toBe(true);
    });
  });

  it('stores no token, only digests', async () => {
    const userId = freshUser();
    const { content } = await store({ userId, chatId: 'c', message: 'x' });
    await runInDurableObject(env.USER_SESSIONS.getByName(userId), (_, { storage }) => {
      const rows = ['claim', 'claim_tokens', 'sessions', 'entries', 'outbox'].map((table) =>
        storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
      );
      expect(JSON.stringify(rows)).toContain('"x"');
      expect(JSON.stringify(rows)).not.toContain(content.token);
    });
  });
});

describe('the replica in KV', () => {
  const copy = (userId: string) => env.USER_CHATS.get(`user:chat:${userId}`, 'json');

  it('contains the sessions, and is deleted when there are none', async () => {
    const userId = freshUser();
    await store({ userId, sessionId: 's', message: 'x' }, 'secret');
    await expect.poll(() => copy(userId)).toMatchObject([{ sessionId: 's', messageCount: 1 }]);
    await store({ userId, sessionId: 's', message: 'y' }, 'secret');
    const object = env.USER_SESSIONS.getByName(userId);
    setClock(Date.now() + 2 * limits.replica.activityMs);
    expect(await runDurableObjectAlarm(object)).toBe(true);
    expect(await copy(userId)).toEqual((await sessions(userId, 'secret')).content.sessions);
    setClock(Date.now() + 2 * limits.replica.kvMinGapMs);
    await erase(userId, 's', 'secret');
    await expect.poll(() => copy(userId)).toBeNull();
  });
});

it('any sequence of calls gives the same result as a list model', { timeout: 900_000 }, async () => {
  const step = fc.record({
    act: fc.constantFrom('store', 'store', 'store', 'erase', 'evict'),
    sessionId: fc.constantFrom('s1', 's2', undefined),
    chatId: fc.constantFrom('c1', 'c2', 'c3', undefined),
    message: fc.constantFrom('one', 'two'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
      const userId = freshUser();
      const model: { sessionId: string; chatId: string; message: string }[] = [];
      await store({ userId, sessionId: 'begin', chatId: 'c0', message: 'x' }, 'secret');
      for (const { act, sessionId, chatId, message } of steps) {
        if (act === 'evict') {
          await sessions(userId, 'secret');
          await evictDurableObject(env.USER_SESSIONS.getByName(userId));
        } else if (act === 'erase') {
          const wanted = sessionId ?? 's1';
          const { status } = await erase(userId, wanted, 'secret');
          expect(status).toBe(model.some((entry) => entry.sessionId === wanted) ? 200 : 404);
          model.splice(0, model.length, ...model.filter((entry) => entry.sessionId !== wanted));
        } else {
          const known = model.find((entry) => entry.chatId === chatId);
          const { status, content } = await store({ userId, sessionId, chatId, message }, 'secret');
          expect(status).toBe(known ? (known.message === message ? 200 : 409) : 201);
          if (known) continue;
          model.push({ sessionId: content.sessionId, chatId: content.chatId, message });
        }
      }
      const listed = (await sessions(userId, 'secret')).content.sessions;
      const stored = await Promise.all(listed.map((one) => history(userId, one.sessionId, 'secret')));
      const entries = stored.flatMap(({ content }) => content.messages).filter(({ chatId }) => chatId !== 'c0');
      const plain = entries.map(({ sessionId, chatId, message }) => ({ sessionId, chatId, message }));
      const byId = (one: { chatId: string }, other: { chatId: string }) => (one.chatId < other.chatId ? -1 : 1);
      expect(plain.sort(byId)).toEqual([...model].sort(byId));
      expect(listed.map(({ messageCount }) => messageCount)).toEqual(
        stored.map(({ content }) => content.messages.length),
      );
    }),
    { numRuns: Number(env.PROPERTY_RUNS || 100) },
  );
});

it('the rows read do not grow with the number of sessions and entries', async () => {
  await runInDurableObject(env.USER_SESSIONS.getByName(freshUser()), (_, { storage }) => {
    migrate(storage, migrations);
    const rowsOf = (work: (entries: Entries) => unknown) => {
      const { sql, rowsRead } = countRowsRead(storage.sql);
      work(new Entries(sql));
      return rowsRead();
    };
    const fill = (session: string, first: number, count: number) =>
      storage.sql.exec(
        `WITH RECURSIVE n (i) AS (SELECT CAST(?1 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + ?2 - 1)
         INSERT INTO entries (session, chat_id, timestamp, message)
         SELECT (SELECT id FROM sessions WHERE session_id = ?3), 'c' || i, i, 'm' FROM n`,
        first,
        count,
        session,
      );
    storage.transactionSync(() => {
      storage.sql.exec(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
         INSERT INTO sessions (session_id, created_at, updated_at, message_count) SELECT 's' || i, i, i, 1 FROM n`,
      );
      fill('s1', 1, 100_000);
      fill('s2', 200_001, 1_000);
    });
    const page = (session: string, after: number) => (entries: Entries) => entries.history(session, after, 50);
    const middle = storage.sql.exec<{ id: number }>("SELECT id FROM entries WHERE chat_id = 'c50000'").one().id;
    for (const [session, after] of [
      ['s1', 0],
      ['s1', middle],
      ['s2', 0],
    ] as const) {
      expect(rowsOf(page(session, after))).toBeLessThan(160);
    }
    expect(rowsOf((entries) => entries.store({ sessionId: 's1', message: 'new' }, 1))).toBeLessThan(10);
    expect(rowsOf((entries) => entries.store({ sessionId: 's1', chatId: 'c7', message: 'm' }, 1))).toBeLessThan(10);
    expect(rowsOf((entries) => entries.sessions({ limit: 50 }))).toBeLessThan(60);
  });
});
