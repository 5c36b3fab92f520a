/** The examples of the Flexio API document, run as written against a real server; only the host is replaced. */
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Envelope } from '../../shared/envelope.ts';
import { type CurlRequest, parseCurl } from '../support/curl.ts';
import { callAt } from '../support/rest.ts';
import { Server } from '../support/server.ts';

const document = readFileSync(new URL('../../docs/flexio-api.md', import.meta.url), 'utf8');
const host = 'api.flexio.workers.dev';

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(async () => {
  await server.stop();
});

function blocks(language: string, within = document): string[] {
  return [...within.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '');
}

const curls = blocks('bash')
  .filter((block) => block.includes('curl '))
  .flatMap(parseCurl);

/** The example of a successful response in a section of the document. */
function documented(section: number): Envelope<Record<string, unknown>> {
  const [, text = ''] = document.split(new RegExp(`\n## ${section}\\. `));
  const [, success = ''] = text.split(/\n#### 成功時/);
  return JSON.parse(blocks('json', success)[0] ?? '');
}

/** The fields of a value and their types; the shape of a list contains each distinct shape of its elements. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((element) => JSON.stringify(shapeOf(element))))];
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, shapeOf(field)]));
}

async function run({ method, url, headers, body }: CurlRequest): Promise<Envelope> {
  const here = url.replace(`https://${host}`, server.origin);
  const response = await fetch(here, { method, headers, ...(body !== undefined && { body }) });
  const envelope = (await response.json()) as Envelope;
  expect(envelope.statusCode).toBe(response.status);
  return envelope;
}

const listed = { chats: [{ link: 'tech-discussion-2024' }], total: 1, limit: 50, offset: 0 };
const notFound = { statusCode: 404, content: 'Chat not found', error: 'Chat not found' };

/** The response to each command, in document order: shaped like the example of its section, or exactly equal. */
const expected = [
  { section: 1, like: { link: 'tech-discussion-2024', title: '技術討論ルーム', participantCount: 0, isAdmin: true } },
  { section: 2, like: { link: 'tech-discussion-2024', isAdmin: false } },
  { section: 2, like: { link: 'tech-discussion-2024', isAdmin: true } },
  { section: 3, like: listed },
  { section: 3, like: listed },
  { exactly: { statusCode: 200, content: { chats: [], total: 1, limit: 10, offset: 20 } } },
  {
    section: 4,
    like: { title: '改訂版：技術討論ルーム', tags: ['programming', 'tech', 'discussion', 'updated'], isAdmin: true },
  },
  { exactly: { statusCode: 200, content: 'Chat deleted successfully' } },
  // The document deletes the room before it joins it.
  { exactly: notFound },
  { exactly: notFound },
];

describe('the curl commands', () => {
  it('are ten', () => {
    expect(curls).toHaveLength(10);
  });

  it('return the documented status and fields, in order', async () => {
    for (const [index, { section, like, exactly }] of expected.entries()) {
      const answer = await run(curls[index] as CurlRequest);
      if (exactly) {
        expect(answer).toEqual(exactly);
      } else {
        const example = documented(section);
        expect(answer).toMatchObject({ statusCode: example.statusCode, content: like });
        expect(shapeOf(answer)).toEqual(shapeOf(example));
      }
    }
  });

  it('join and leave a room that exists', async () => {
    const [create, join, leave] = [curls[0], curls[8], curls[9]] as CurlRequest[];
    expect((await run(create as CurlRequest)).statusCode).toBe(201);
    const joined = await run(join as CurlRequest);
    expect(shapeOf(joined)).toMatchObject(shapeOf(documented(6)) as object);
    expect(joined.content).toMatchObject({ participantCount: 1 });
    expect(await run(leave as CurlRequest)).toEqual({ statusCode: 200, content: { participantCount: 0 } });
  });
});

describe('the JavaScript examples', () => {
  /** Runs a block with the host replaced. @returns the values that it defines with those names */
  function evaluate(block: string, names: string[], logged: unknown[][] = []): Record<string, unknown> {
    const here = block
      .replaceAll(`https://${host}`, server.origin)
      .replaceAll(`wss://${host}`, server.origin.replace('http', 'ws'));
    const log = (...values: unknown[]) => logged.push(values);
    const world = { fetch, URL, WebSocket, console: { log, error: log } };
    return runInNewContext(`${here}\n;({ ${names.join(', ')} })`, world);
  }

  it('define three functions that work', async () => {
    const [functions = ''] = blocks('javascript').filter((block) => block.includes('createChat'));
    const names = ['createChat', 'getChat', 'updateParticipants'];
    const { createChat, getChat, updateParticipants } = evaluate(functions, names) as Record<
      string,
      (...values: unknown[]) => Promise<unknown>
    >;
    const made = await createChat?.('secret', '題名', '説明', ['a', 'b'], 'from-javascript');
    expect(made).toMatchObject({ link: 'from-javascript', tags: ['a', 'b'], isAdmin: true });
    await expect(createChat?.('secret', '題名', '説明', [], 'from-javascript')).rejects.toThrow(
      'Chat link already exists',
    );
    expect(await getChat?.('from-javascript')).toMatchObject({ title: '題名', isAdmin: false });
    expect(await getChat?.('from-javascript', 'secret')).toMatchObject({ isAdmin: true });
    await expect(getChat?.('no-such-room')).rejects.toThrow('Chat not found');
    expect(await updateParticipants?.('from-javascript', 'join')).toBe(1);
    expect(await updateParticipants?.('from-javascript', 'leave')).toBe(0);
    await expect(updateParticipants?.('from-javascript', 'stay')).rejects.toThrow(
      'Invalid action. Use "join" or "leave"',
    );
  });

  it('open a WebSocket that receives messages', async () => {
    const [snippet = ''] = blocks('javascript').filter((block) => block.includes('new WebSocket'));
    const logged: unknown[][] = [];
    const { ws } = evaluate(snippet, ['ws'], logged) as { ws: WebSocket };
    try {
      await vi.waitFor(() => expect(logged).toHaveLength(1), 15_000);
      expect(logged[0]).toMatchObject(['新しいメッセージ:', { type: 'ready', role: 'member' }]);
      await callAt(server.origin, 'POST', '/chat/tech-discussion-2024/messages', {
        token: 'someone',
        clientId: 'one',
        text: 'こんにちは',
      });
      await vi.waitFor(() => expect(logged.length).toBeGreaterThan(1), 15_000);
      expect(logged.at(-1)).toMatchObject(['新しいメッセージ:', { type: 'message', text: 'こんにちは' }]);
    } finally {
      ws.close();
    }
  });
});
