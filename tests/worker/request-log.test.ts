/** The log: one line for each request and each error, without any input of a client. */
import { env, exports } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import worker from '../../worker/index.ts';
import { adminToken, call, freshLink, makeRoom, origin } from '../support/pool/calls.ts';
import { runAlarmsUntil } from '../support/pool/clock.ts';
import { withFault } from '../support/pool/faults.ts';
import { connect } from '../support/pool/sockets.ts';

let logged: string[] = [];
const levels = ['debug', 'info', 'log', 'warn', 'error'] as const;

beforeEach(() => {
  logged = [];
  for (const level of levels) {
    vi.spyOn(console, level).mockImplementation((...words: unknown[]) => {
      logged.push(words.map(String).join(' '));
    });
  }
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const lines = (event: string) => logged.map((line) => JSON.parse(line)).filter((line) => line.event === event);

/** Sends a request to a Worker with request logs on; the static site is simulated. */
function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const request = new Request(`${origin}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const ASSETS = {
    fetch: async (request: Request) =>
      new Response('', { status: new URL(request.url).pathname === '/none' ? 404 : 200 }),
  } as unknown as Fetcher;
  return Promise.resolve(
    worker.fetch(request as Parameters<typeof worker.fetch>[0], { ...env, ASSETS, REQUEST_LOGS: 'on' }),
  );
}

describe('a request', () => {
  it('is one line with its id, route, status and time', async () => {
    const link = await makeRoom();
    const response = await send('GET', `/chat/${link}?token=secret-token`, undefined, { Origin: origin });
    const requestId = response.headers.get('X-Request-Id');
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.get('Access-Control-Expose-Headers')).toContain('X-Request-Id');
    expect(logged.map((line) => JSON.parse(line))).toEqual([
      { event: 'request', requestId, method: 'GET', route: '/chat/:link', statusCode: 200, ms: expect.any(Number) },
    ]);
    const other = await send('GET', '/chat/list', undefined, { 'X-Request-Id': 'mine' });
    expect(other.headers.get('X-Request-Id')).not.toBe('mine');
    expect(other.headers.get('X-Request-Id')).not.toBe(requestId);
  });

  it.each([
    ['GET', '/chat/unknown-room/messages', 404, '/chat/:link/messages', 'room_not_found'],
    ['HEAD', '/chat/unknown-room', 404, '/chat/:link', 'room_not_found'],
    ['POST', '/chat/new', 400, '/chat/new', 'invalid'],
    ['PATCH', '/chat/list', 405, '/chat/list', 'method_not_allowed'],
    ['GET', '/chat/a/b/c', 404, 'none', 'route_not_found'],
    ['GET', '/none', 404, 'none', 'route_not_found'],
    ['GET', '/', 200, 'file', undefined],
    ['GET', '/chat/some-room/', 200, 'file', undefined],
    ['OPTIONS', '/chat/some-room', 204, 'none', undefined],
    ['GET', '/metrics', 401, '/metrics', 'no_credential'],
    ['GET', '/chat/some-room/ws', 426, '/chat/:link/ws', 'upgrade_required'],
  ])('%s %s is logged with its route and failure', async (method, path, statusCode, route, failure) => {
    await send(method, path);
    expect(lines('request')).toMatchObject([{ method, statusCode, route, ...(failure && { failure }) }]);
    if (!failure) expect(lines('request')[0]).not.toHaveProperty('failure');
  });

  it('for a socket is logged too, with the reason if it is closed at once', async () => {
    const link = await makeRoom();
    await send('GET', `/chat/${link}/ws`, undefined, { Upgrade: 'websocket', Origin: 'https://evil.example' });
    expect(lines('request')).toMatchObject([{ route: '/chat/:link/ws', statusCode: 101, failure: 'foreign_origin' }]);
  });

  it('is not logged unless REQUEST_LOGS is on', async () => {
    const response = await exports.default.fetch(`${origin}/chat/list`);
    expect(response.headers.has('X-Request-Id')).toBe(true);
    expect(logged).toEqual([]);
  });
});

describe('an error', () => {
  it('is logged with the id of its request', async () => {
    vi.spyOn(env.CHAT_ROOM, 'getByName').mockImplementation(() => {
      throw new RangeError('of secret-token');
    });
    const response = await send('GET', '/chat/some-room');
    expect(response.status).toBe(500);
    const requestId = response.headers.get('X-Request-Id');
    expect(lines('request_failed')).toMatchObject([{ requestId, route: '/chat/:link', error: 'RangeError' }]);
    expect(lines('request')).toMatchObject([{ requestId, statusCode: 500, failure: 'internal' }]);
  });

  it('of the directory, of a frame and of a job is logged with its name', async () => {
    const link = await makeRoom();
    const { getByName } = env.ROOM_DIRECTORY;
    vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockImplementation(() => {
      throw new RangeError('of secret-token');
    });
    const response = await send('GET', '/chat/list');
    expect(response.headers.get('X-List-Source')).toBe('kv');
    const requestId = response.headers.get('X-Request-Id');
    expect(lines('directory_failed')).toMatchObject([{ requestId, route: '/chat/list', error: 'RangeError' }]);
    vi.mocked(env.ROOM_DIRECTORY.getByName).mockImplementation(getByName.bind(env.ROOM_DIRECTORY));
    const alice = await connect(link);
    await alice.auth({ token: 'alice' });
    await withFault(link, 'BEFORE INSERT ON messages', async () => {
      alice.send({ type: 'send', clientId: 'one', text: 'x' });
      await alice.next('error');
    });
    expect(lines('frame_failed')).toMatchObject([{ type: 'send', error: 'Error', stack: expect.any(String) }]);
    await call('POST', `/chat/${link}/participants`, { action: 'join', token: 'bob' });
    await withFault(link, 'BEFORE DELETE ON leases', () =>
      runAlarmsUntil(link, Date.now() + 95_000).then(() => undefined),
    );
    expect(lines('job_failed')[0]).toMatchObject({ job: 'leases', error: 'Error', stack: expect.any(String) });
    expect(logged.join('\n')).not.toMatch(/of secret-token|fault/);
  });
});

describe('the log', () => {
  it('never contains a token, link, name, text or address of a client', async () => {
    const canary = (kind: string) => `canary-${kind}-${freshLink()}`;
    const link = canary('link');
    const [token, name, text, address] = [canary('token'), canary('name').slice(0, 40), canary('text'), '192.0.2.77'];
    const from = { 'CF-Connecting-IP': address, 'User-Agent': canary('agent') };
    const bearer = { ...from, Authorization: `Bearer ${token}` };
    const content = { title: canary('title'), about: canary('about'), tag: [], link };
    const body = { token, name, clientId: canary('id').slice(0, 64), text };
    const round = async () => {
      await send('POST', '/chat/new', { token: adminToken, content }, from);
      await send('POST', '/chat/new', { token, content }, from);
      await send('PUT', '/chat/update', { token, link, content: { title: canary('title') } }, from);
      await send('GET', `/chat/${link}?token=${token}`, undefined, from);
      await send('GET', `/chat/list?token=${token}&q=${canary('query')}`, undefined, bearer);
      await send('POST', `/chat/${link}/messages`, body, bearer);
      await send('POST', `/chat/${link}/participants`, { action: 'join', token, name, lease: canary('lease') }, from);
      await send('GET', `/metrics?token=${token}`, undefined, bearer);
      await send('GET', '/metrics', undefined, { Authorization: 'Bearer operator-secret' });
      await send('POST', '/chat/new', `{"token": "${token}"`, from);
      await send('GET', `/${token}/${link}`, undefined, from);
      await send('DELETE', '/chat/delete', { token, link }, from);
    };
    await round();
    const socket = await connect(link, from);
    socket.send(`{"token": "${token}`);
    await socket.next('error');
    await socket.auth({ token, name });
    await withFault(link, 'BEFORE INSERT ON messages', async () => {
      socket.send({ type: 'send', clientId: canary('id').slice(0, 64), text });
      await socket.next('error');
    });
    for (const binding of [env.CHAT_ROOM, env.ROOM_DIRECTORY]) {
      vi.spyOn(binding, 'getByName').mockImplementation(() => {
        throw new Error(`cannot take ${token} of ${name} to ${link}: ${text}`);
      });
    }
    vi.spyOn(env.CHATS, 'list').mockRejectedValue(new Error(`no ${token}`));
    await round();
    expect(lines('request').length).toBe(24);
    expect(lines('request_failed').length).toBeGreaterThan(5);
    const log = logged.join('\n');
    for (const secret of ['canary', address, adminToken, 'operator-secret']) expect(log).not.toContain(secret);
  });
});
