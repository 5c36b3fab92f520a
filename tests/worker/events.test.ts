/** Events in the Analytics Engine dataset: created rooms, refusals and errors, without any input of a client. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../shared/limits.ts';
import worker from '../../worker/index.ts';
import { adminToken, call, freshLink, makeRoom, origin } from '../support/pool/calls.ts';
import { runAlarmsUntil } from '../support/pool/clock.ts';
import { withFault } from '../support/pool/faults.ts';
import { connect, joinRoom } from '../support/pool/sockets.ts';

type Point = { indexes: string[]; blobs: string[]; doubles: number[] };

let points: Point[] = [];
const dataset = env.EVENTS as AnalyticsEngineDataset;

/** The events so far, as `[event, reason, route]`. */
const recorded = () => points.map(({ blobs }) => blobs);

beforeEach(() => {
  points = [];
  vi.spyOn(dataset, 'writeDataPoint').mockImplementation((point) => {
    points.push(point as Point);
  });
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('over REST', () => {
  it('the creation of a room is an event, a successful call is not', async () => {
    const link = await makeRoom();
    await call('GET', `/chat/${link}`);
    expect(points).toEqual([
      { indexes: ['room_created'], blobs: ['room_created', '', '/chat/new'], doubles: [1, expect.any(Number)] },
    ]);
  });

  it('a refusal is an event with its code', async () => {
    await call('GET', '/chat/unknown-room');
    await call('POST', '/chat/new', {});
    await connect('unknown-room', { Origin: 'https://evil.example' });
    expect(recorded()).toEqual([
      ['refusal', 'room_not_found', '/chat/:link'],
      ['refusal', 'invalid', '/chat/new'],
      ['refusal', 'foreign_origin', '/chat/:link/ws'],
    ]);
  });

  it('an error is an event, in addition to its refusal', async () => {
    vi.spyOn(env.CHAT_ROOM, 'getByName').mockImplementation(() => {
      throw new Error('down');
    });
    await call('GET', '/chat/some-room');
    expect(recorded()).toEqual([
      ['error', 'request_failed', '/chat/:link'],
      ['refusal', 'internal', '/chat/:link'],
    ]);
  });
});

describe('over a socket', () => {
  it.each([
    ['a frame that is not JSON', 'nonsense', 'bad_json'],
    ['a frame before auth', { type: 'ping', ref: 1 }, 'auth_first'],
    ['a wrong admin token', { type: 'auth', adminToken: 'wrong' }, 'not_admin'],
    ['a binary frame', new Uint8Array([1]), 'binary_frame'],
    ['a frame that is too large', 'x'.repeat(limits.socket.frameBytes + 1), 'frame_too_large'],
  ])('%s is one refusal event', async (_, frame, reason) => {
    const socket = await connect(await makeRoom());
    points = [];
    if (frame instanceof Uint8Array) socket.sendBytes(frame);
    else socket.send(frame);
    await vi.waitFor(() => expect(recorded()).toEqual([['refusal', reason, '/chat/:link/ws']]), 15_000);
  });

  it('a link without a room and a socket without auth are refusal events', async () => {
    await (await connect(freshLink())).closed;
    const link = await makeRoom();
    const socket = await connect(link);
    await runAlarmsUntil(link, Date.now() + 2 * limits.socket.authTimeoutMs);
    expect((await socket.closed).code).toBe(4408);
    expect(recorded().filter(([event]) => event === 'refusal')).toEqual([
      ['refusal', 'room_not_found', '/chat/:link/ws'],
      ['refusal', 'no_auth', '/chat/:link/ws'],
    ]);
  });

  it('a frame and a job that fail are error events', async () => {
    const link = await makeRoom();
    const alice = await joinRoom(link, 'alice');
    await call('POST', `/chat/${link}/participants`, { action: 'join', token: 'bob' });
    points = [];
    await withFault(link, 'BEFORE INSERT ON messages', async () => {
      alice.send({ type: 'send', clientId: 'one', text: 'x' });
      await alice.next('error');
    });
    expect(recorded()).toEqual([['error', 'frame_failed', '/chat/:link/ws']]);
    await withFault(link, 'BEFORE DELETE ON leases', () =>
      runAlarmsUntil(link, Date.now() + 95_000).then(() => undefined),
    );
    expect(recorded()).toContainEqual(['error', 'job_failed', '']);
  });
});

describe('the dataset', () => {
  const fetchWith = (bound: object, path: string, init?: RequestInit) => {
    const request = new Request(`${origin}${path}`, init) as Parameters<typeof worker.fetch>[0];
    return worker.fetch(request, { ...env, ...bound } as Env);
  };

  it('can fail without affecting calls', async () => {
    vi.mocked(dataset.writeDataPoint).mockImplementation(() => {
      throw new Error('full');
    });
    const link = await makeRoom();
    expect((await call('GET', '/chat/unknown-room')).status).toBe(404);
    const socket = await connect(link);
    socket.send('nonsense');
    expect(await socket.next('error')).toMatchObject({ statusCode: 400 });
    await socket.auth({ token: 'alice' });
  });

  it('can be unbound without affecting calls', async () => {
    expect((await fetchWith({ EVENTS: undefined }, '/chat/unknown-room')).status).toBe(404);
    expect(points).toEqual([]);
  });

  it('receives no token, link, name, text or address', async () => {
    const link = `canary-${freshLink()}`;
    const [token, name, text] = ['canary-token', 'canary-name', 'canary-text'];
    const headers = { 'CF-Connecting-IP': '192.0.2.77', Authorization: `Bearer ${token}` };
    await call('POST', '/chat/new', { token: adminToken, content: { title: name, about: '', tag: [], link } }, headers);
    await call('PUT', '/chat/update', { token, link, content: {} }, headers);
    await call('GET', `/chat/${link}/nowhere?token=${token}`, undefined, headers);
    const socket = await connect(link, headers);
    socket.send({ type: 'auth', token, name, adminToken: token });
    await socket.closed;
    vi.spyOn(env.CHAT_ROOM, 'getByName').mockImplementation(() => {
      throw new Error(`cannot take ${token} to ${link}`);
    });
    await call('POST', `/chat/${link}/messages`, { token, name, clientId: 'one', text }, headers);
    expect(points.length).toBe(6);
    expect(JSON.stringify(points)).not.toMatch(/canary|192\.0|admin-secret/);
  });
});
