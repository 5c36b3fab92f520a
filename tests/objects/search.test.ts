/** Search for messages by any part of their text: matches, their positions, and the cost. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { migrations } from '../../objects/chat-room/schema.ts';
import { MessageLog } from '../../objects/chat-room/state/message-log.ts';
import { migrate } from '../../objects/storage/migrations.ts';
import { ngramsOf } from '../../objects/storage/ngrams.ts';
import { fold } from '../../shared/fold.ts';
import { limits } from '../../shared/limits.ts';
import type { Message, SearchResults } from '../../shared/message.ts';
import { adminToken, call, freshLink, makeRoom, roomObject } from '../support/pool/calls.ts';
import { countRowsRead } from '../support/pool/rows-read.ts';
import { joinRoom } from '../support/pool/sockets.ts';
import { schemaOf } from '../support/pool/storage.ts';

const post = async (link: string, text: string, token = 'alice-token') =>
  (await call<Message>('POST', `/chat/${link}/messages`, { token, clientId: crypto.randomUUID(), text })).content;

const searchFor = (link: string, q: string, more = '', headers?: Record<string, string>) =>
  call<SearchResults>('GET', `/chat/${link}/search?q=${encodeURIComponent(q)}${more}`, undefined, headers);

const texts = async (link: string, q: string) => (await searchFor(link, q)).content.messages.map(({ text }) => text);

/** Reads all pages of a search. */
async function walk(link: string, q: string, limit: number): Promise<{ ids: number[]; pages: number }> {
  const ids: number[] = [];
  for (let pages = 1, before = ''; ; pages++) {
    const { content } = await searchFor(link, q, `&limit=${limit}${before}`);
    ids.push(...content.messages.map(({ id }) => id));
    if (content.next === undefined) return { ids, pages };
    before = `&before=${content.next}`;
  }
}

/** Runs `work` with a new message log. */
function withLog<T>(work: (log: MessageLog, storage: DurableObjectStorage) => T): Promise<T> {
  return runInDurableObject(env.CHAT_ROOM.getByName(freshLink()), (_, { storage }) => {
    migrate(storage, migrations);
    const log = new MessageLog(storage.sql);
    log.initialize();
    return work(log, storage);
  });
}

const alice = { id: 't:alice', name: 'alice', role: 'member' } as const;
const append = (log: MessageLog, text: string, clientId: string = crypto.randomUUID()) =>
  log.append(alice, { clientId, text }, 'salt', 1);

describe('a search', () => {
  it.each([
    ['会議', ['会議']],
    ['会', ['会']],
    ['議室です', ['議室です']],
    ['第三会議室です', ['第三会議室です']],
    [' 会議 ', ['会議']],
    ['室会', undefined],
    ['会議 室', undefined],
    ['大阪', undefined],
  ])('for %s in 第三会議室です', async (q, found) => {
    const link = await makeRoom();
    const message = await post(link, '第三会議室です');
    const { status, content } = await searchFor(link, q);
    expect(status).toBe(200);
    expect(content.next).toBeUndefined();
    const parts = content.messages.map(({ text, matches }) =>
      matches.map(([start = 0, length = 0]) => text.slice(start, start + length)),
    );
    expect(parts).toEqual(found ? [found] : []);
    if (found) expect(content.messages).toMatchObject([message]);
  });

  it('returns the newest first, in pages, each message once', async () => {
    const link = await makeRoom();
    for (let turn = 1; turn <= 25; turn++) await post(link, turn % 5 === 0 ? `no ${turn}` : `the meeting ${turn}`);
    const expected = Array.from({ length: 25 }, (_, place) => 25 - place).filter((id) => id % 5 !== 0);
    for (const q of ['meeting', 'me', 'g']) expect(await walk(link, q, 7)).toEqual({ ids: expected, pages: 3 });
    expect((await walk(link, 'meeting', 100)).ids).toEqual(expected);
    const { content } = await searchFor(link, 'meeting', '&before=4');
    expect(content.messages.map(({ id }) => id)).toEqual([3, 2, 1]);
  });

  it('matches inner white space exactly, and treats operators as text', async () => {
    const link = await makeRoom();
    const text = 'say "hi"  AND (wave) 👋 -x:* NEAR/2 {singles pairs}: ^a+b \'; DROP';
    await post(link, text);
    await post(link, 'say "hi" there');
    for (const q of ['"hi"  AND', '(wave) 👋', '-x:*', '"', '*', 'NEAR/2', '{singles pairs}:', "'; DROP", '^a+b']) {
      expect(await texts(link, q)).toContain(text);
    }
    expect(await texts(link, '"hi"  AND')).toEqual([text]);
    expect(await texts(link, '"hi" AND')).toEqual([]);
  });

  it('marks the caller’s own reactions', async () => {
    const link = await makeRoom();
    const { id } = await post(link, 'nice');
    await call('PUT', `/chat/${link}/messages/${id}/reactions/${encodeURIComponent('👍')}`, { token: 'bob-token' });
    const mine = async (token: string) =>
      (await searchFor(link, 'nice', '', { Authorization: `Bearer ${token}` })).content.messages[0]?.reactions[0]?.mine;
    expect([await mine('bob-token'), await mine('alice-token')]).toEqual([true, undefined]);
  });

  it.each([
    ['q=', 'Missing required fields: q'],
    ['', 'Missing required fields: q'],
    ['q=%20%E3%80%80', 'q must not be blank'],
    [`q=${'x'.repeat(101)}`, 'q must be at most 100 characters'],
    ['q=a&q=b', 'q must be a string'],
    ['q=a&before=0', 'before must be at least 1'],
    ['q=a&before=x', 'before must be a whole number'],
    ['q=a&limit=0', 'limit must be at least 1'],
  ])('with the query %s is refused', async (query, text) => {
    const link = await makeRoom();
    const { status, envelope } = await call('GET', `/chat/${link}/search?${query}`);
    expect([status, envelope.error]).toEqual([400, expect.stringContaining(text)]);
  });

  it('accepts 100 characters without surrounding white space, and a limit over 100', async () => {
    const link = await makeRoom();
    await post(link, '𠮷'.repeat(200));
    expect((await searchFor(link, ` ${'𠮷'.repeat(100)} `)).content.messages).toHaveLength(1);
    expect((await searchFor(link, '𠮷', '&limit=5000')).status).toBe(200);
  });

  it('at a link without a room gives 404 and stores nothing', async () => {
    const link = freshLink();
    expect((await searchFor(link, 'a')).envelope).toMatchObject({ statusCode: 404, error: 'Chat not found' });
    expect(await schemaOf(link)).toEqual([]);
  });
});

describe('the search index', () => {
  it('follows edits and deletions over REST and the socket, also after an eviction', async () => {
    const link = await makeRoom();
    const alice = await joinRoom(link, 'alice');
    for (const text of ['first words', 'second words', 'third words']) {
      alice.send({ type: 'send', clientId: text, text });
      await alice.next('ack');
    }
    alice.send({ type: 'edit', messageId: 1, text: 'other letters' });
    await alice.next('ack');
    await call('DELETE', `/chat/${link}/messages/2`, { token: 'alice-token' });
    await evictDurableObject(await roomObject(link));
    expect(await texts(link, 'words')).toEqual(['third words']);
    expect(await texts(link, 'first')).toEqual([]);
    expect(await texts(link, 'second')).toEqual([]);
    expect(await texts(link, 'tte')).toEqual(['other letters']);
    alice.close();
  });

  it('keeps no words of edited or deleted messages', async () => {
    await withLog((log, { sql }) => {
      for (const text of ['xa', 'xb', 'xc']) append(log, text);
      log.edit(1, 'ya', [], 2);
      log.markDeleted(2, 'author', 2);
      const left = sql.exec("SELECT rowid AS id FROM words WHERE words MATCH 'singles:u78'").toArray();
      expect(left).toEqual([{ id: 3 }]);
    });
  });

  it('contains a repeated message once', async () => {
    const link = await makeRoom();
    for (let turn = 1; turn <= 3; turn++) {
      await call('POST', `/chat/${link}/messages`, { token: 'alice-token', clientId: 'one', text: 'once' });
    }
    expect(await texts(link, 'once')).toEqual(['once']);
  });

  it('of a room that was deleted and created again contains nothing of the old room', async () => {
    const link = await makeRoom();
    await post(link, 'secret words');
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    const left = await runInDurableObject(await roomObject(link), (_, { storage }) =>
      storage.sql.exec("SELECT * FROM words WHERE words MATCH 'singles:us OR singles:u73'").toArray(),
    );
    expect(left).toEqual([]);
    await call('POST', '/chat/new', { token: adminToken, content: { title: 'again', about: '', tag: [], link } });
    await post(link, 'new words');
    expect(await texts(link, 'words')).toEqual(['new words']);
    expect(await texts(link, 'secret')).toEqual([]);
  });

  it('is unchanged by a transaction that was rolled back', async () => {
    await withLog((log, storage) => {
      for (const text of ['one', 'two', 'three']) append(log, text);
      expect(() =>
        storage.transactionSync(() => {
          append(log, 'lost');
          log.edit(1, 'lost', [], 2);
          log.markDeleted(2, 'author', 2);
          throw new Error('fault');
        }),
      ).toThrow('fault');
      const found = (q: string) => log.searchIndex.page({ q, limit: 10 }).hits.map(({ message }) => message.id);
      expect(['lost', 'one', 'two', 'o'].map(found)).toEqual([[], [1], [2], [2, 1]]);
      append(log, 'four');
      expect(found('o')).toEqual([4, 2, 1]);
    });
  });

  it('is filled for messages older than the index while clients search', async () => {
    const link = await makeRoom();
    const count = 1_200;
    await runInDurableObject(await roomObject(link), (_, { storage }) => {
      const log = new MessageLog(storage.sql);
      for (let turn = 1; turn <= count; turn++) append(log, turn === 3 ? 'the oldest needle' : `message ${turn}`);
      log.markDeleted(count - 10, 'author', 1);
      // The storage as it was before the migration that adds the index.
      storage.sql.exec("INSERT INTO words (words) VALUES ('delete-all')");
      for (const table of ['words', 'unindexed']) storage.sql.exec(`DROP TABLE ${table}`);
      storage.sql.exec(migrations.find((step) => step.includes('CREATE VIRTUAL TABLE words')) ?? '');
      expect(storage.sql.exec('SELECT below FROM unindexed').one()).toEqual({ below: count + 1 });
    });
    await evictDurableObject(await roomObject(link));
    await post(link, 'a new message');
    const first = (await searchFor(link, 'needle')).content;
    expect(first).toEqual({ messages: [], next: count - limits.search.backfillMessages + 1 });
    expect(await walk(link, 'needle', 50)).toEqual({
      ids: [3],
      pages: Math.ceil(count / limits.search.backfillMessages) - 1,
    });
    const all = await walk(link, 'message', 100);
    expect(all.ids).toHaveLength(count - 2 + 1);
    expect(new Set(all.ids).size).toBe(all.ids.length);
  });

  it('contains the current text of a message that was changed before it was indexed', async () => {
    await withLog((log, { sql }) => {
      for (const text of ['one', 'two', 'three']) append(log, text);
      sql.exec("INSERT INTO words (words) VALUES ('delete-all')");
      sql.exec('INSERT INTO unindexed (id, below) VALUES (1, 4)');
      log.edit(1, 'other', [], 2);
      log.markDeleted(2, 'author', 2);
      expect(sql.exec("SELECT rowid FROM words WHERE words MATCH 'singles:u6f'").toArray()).toEqual([]);
      log.searchIndex.backfill();
      const found = (q: string) => log.searchIndex.page({ q, limit: 10 }).hits.map(({ message }) => message.id);
      expect(['one', 'two', 'other', 'three'].map(found)).toEqual([[], [], [1], [3]]);
      expect(sql.exec('SELECT * FROM unindexed').toArray()).toEqual([]);
      log.searchIndex.removeBelow(3);
      expect(found('other')).toEqual([]);
      expect(found('three')).toEqual([3]);
    });
  });
});

describe('a query', () => {
  const letter = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...'"\'*()-:^+{}[]\\%_;,.<>=!?#@~`$&|/ \n\t\0') },
    {
      weight: 3,
      arbitrary: fc.constantFrom('AND', 'OR', 'NOT', 'NEAR(', 'singles:', 'pairs', 'words', 'u61', 's0', '--', '/*'),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        '会',
        '議',
        '👩‍👩‍👧',
        'e\u0301',
        '\u0301',
        '\u202e',
        '\ud800',
        '\udc00',
        'ﬁ',
        'ﷺ',
        'İ',
        'ς',
      ),
    },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }) },
  );
  const phrase = fc.array(letter, { minLength: 1, maxLength: 12 }).map((letters) => letters.join(''));

  // The number is a hundred times that of the property tests: 100,000 by default.
  const texts = Number(env.PROPERTY_RUNS || 1_000) * 100;

  it('is always treated as text: random queries give no error and the right messages', async () => {
    await withLog((log) => {
      const stored = fc.sample(phrase, { numRuns: 300, seed: 7 }).map((text) => text.toWellFormed());
      for (const text of stored) append(log, text);
      const folded = stored.map(fold);
      let found = 0;
      fc.assert(
        fc.property(phrase, (q) => {
          const page = log.searchIndex.page({ q, limit: 100 });
          const ids = page.hits.map(({ message }) => message.id);
          const sought = fold(q);
          // A lone surrogate is in no stored text, even if its UTF-16 unit is part of a pair there.
          const holds = !q.isWellFormed()
            ? []
            : folded.flatMap((text, place) => (text.includes(sought) ? [place + 1] : []));
          const wanted = holds.reverse().slice(0, 100);
          // Cheaper than `toEqual`, which then says what differs.
          if (String(ids) !== String(wanted)) expect(ids).toEqual(wanted);
          found += ids.length;
        }),
        { numRuns: texts },
      );
      expect(found).toBeGreaterThan(0);
    });
  }, 300_000);

  it('is always treated as text over REST too', async () => {
    const link = await makeRoom();
    const stored = fc.sample(phrase, { numRuns: 60, seed: 7 }).filter((text) => /\S/u.test(text));
    for (const text of stored) await post(link, text);
    await fc.assert(
      fc.asyncProperty(phrase, async (q) => {
        const { status, content } = await searchFor(link, q.toWellFormed());
        const isValid = /\S/u.test(q) && [...q.trim()].length <= limits.search.queryLength;
        expect(status).toBe(isValid ? 200 : 400);
        if (!isValid) return;
        for (const { text, matches } of content.messages) {
          for (const [start = 0, length = 0] of matches) {
            expect(fold(text.slice(start, start + length))).toContain(fold(q.toWellFormed().trim()));
          }
        }
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});

describe('the cost of a search in a room of 100,000 messages', () => {
  it('is bounded for every kind of query, and the matches are found', async () => {
    const messages = 100_000;
    await withLog((_, { sql }) => {
      /** Every message has the pairs ab and bc, or cd and de, but never two adjacent pairs of the phrase. */
      const textOf = (id: number) => {
        if (id === 77) return 'ab 稀 long phrase that stands here alone';
        return id % 2 ? 'xab yz bcx 会議室です' : 'xcd yz dex 会議室です';
      };
      const kinds = [...new Set([1, 2, 77].map(textOf))].map((text) => [text, ngramsOf(text)] as const);
      sql.exec(
        `INSERT INTO messages (id, rev, author_id, author_name, author_role, client_id, sent_digest, text, created_at)
         WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < ${messages})
         SELECT id, id, 't:alice', 'alice', 'member', id, '', CASE WHEN id = 77 THEN ? WHEN id % 2 THEN ? ELSE ? END, id
         FROM ids`,
        textOf(77),
        textOf(1),
        textOf(2),
      );
      for (const [text, [singles, pairs]] of kinds) {
        sql.exec(
          `INSERT INTO words (rowid, singles, pairs)
           SELECT id, 's' || (id / ${limits.search.blockIds}) || ' ' || ?, ? FROM messages WHERE text = ? ORDER BY id`,
          singles,
          pairs,
          text,
        );
      }
      const matched: string[] = [];
      const recording = {
        exec: (statement: string, ...bindings: SqlStorageValue[]) => {
          matched.push(String(bindings[0]));
          return sql.exec(statement, ...bindings);
        },
      };
      const cost = (q: string, before?: number) => {
        const counted = countRowsRead(recording as SqlStorage);
        const page = new MessageLog(counted.sql).searchIndex.page({ q, before, limit: 50 });
        return { page, rows: counted.rowsRead() };
      };
      const walked = (q: string) => {
        const ids: number[] = [];
        let [before, pages, most]: [number | undefined, number, number] = [undefined, 0, 0];
        do {
          const { page, rows } = cost(q, before);
          ids.push(...page.hits.map(({ message }) => message.id));
          before = page.next;
          pages++;
          most = Math.max(most, rows);
        } while (before !== undefined);
        return { ids, pages, most };
      };
      const bound = limits.search.texts * 2 + limits.search.bigrams * limits.search.blocks + 10;
      const page = 50 * 2 + 5;
      expect(cost('稀')).toMatchObject({ page: { hits: [{ message: { id: 77 } }] }, rows: expect.any(Number) });
      expect(cost('稀').rows).toBeLessThanOrEqual(5);
      expect(cost('不').rows).toBeLessThanOrEqual(5);
      for (const q of ['会', '会議', 'z']) {
        for (const before of [undefined, 50_000, 60]) {
          const { page: found, rows } = cost(q, before);
          expect(found.hits.length).toBeGreaterThanOrEqual(50);
          expect(found.next).toBeGreaterThan(0);
          expect(rows).toBeLessThanOrEqual(page);
        }
      }
      const common = cost('会議室です', 50_000);
      expect(common.page.hits.map(({ message }) => message.id)).toEqual(
        Array.from({ length: 50 }, (_, place) => 49_999 - place),
      );
      expect(common.rows).toBeLessThanOrEqual(bound);
      // Each pair is in every second message, but no message has all of them.
      const never = walked('abcde');
      expect(never.ids).toEqual([]);
      expect(never.most).toBeLessThanOrEqual(bound);
      expect(never.pages).toBeGreaterThan(1);
      expect(never.pages).toBeLessThanOrEqual(Math.ceil(messages / limits.search.blockIds / limits.search.blocks) + 1);
      // Every second message has all pairs, but not adjacent.
      const apart = cost('abc');
      expect(apart.page).toEqual({ hits: [], next: expect.any(Number) });
      expect(apart.rows).toBeLessThanOrEqual(bound);
      // A rare phrase is found at once, although many messages have some of its pairs.
      const rare = cost('stands here alone');
      expect(rare.page.hits.map(({ message }) => message.id)).toEqual([77]);
      expect(rare.page.next).toBeUndefined();
      expect(rare.rows).toBeLessThanOrEqual(bound);
      expect(walked('ab 稀').ids).toEqual([77]);
      // FTS5 does not report the rows it scans for words that no message has together, so such a query has a span of ids.
      const together = matched.filter((match) => match.includes(' AND '));
      expect(together.length).toBeGreaterThan(0);
      for (const match of together) expect(match).toMatch(/^singles:"s\d+" AND /);
    });
  }, 120_000);
});
