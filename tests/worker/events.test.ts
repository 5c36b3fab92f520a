/** Events where they are counted: rooms made, refusals and errors, each without a word of what somebody sent. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../shared/limits.ts';
import worker from '../../worker/index.ts';
import { adminToken, call, freshLink, makeRoom, origin } from '../support/pool/calls.ts';
import { passAlarms } from '../support/pool/clock.ts';
import { breaking } from '../support/pool/faults.ts';
import { connect, enter } from '../support/pool/sockets.ts';

type Point = { indexes: string[]; blobs: string[]; doubles: number[] };

let points: Point[] = [];
const dataset = env.EVENTS as AnalyticsEngineDataset;

/** The events so far, as `[event, reason, route]`. */
const noted = () => points.map(({ blobs }) => blobs);

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
  it('a room that is made is one, an answer is none', async () => {
    const link = await makeRoom();
    await call('GET', `/chat/${link}`);
    expect(points).toEqual([
      { indexes: ['room_created'], blobs: ['room_created', '', '/chat/new'], doubles: [1, expect.any(Number)] },
    ]);
  });

  it('a refusal is one, by its code', async () => {
    await call('GET', '/chat/unknown-room');
    await call('POST', '/chat/new', {});
    await connect('unknown-room', { Origin: 'https://evil.example' });
    expect(noted()).toEqual([
      ['refusal', 'room_not_found', '/chat/:link'],
      ['refusal', 'invalid', '/chat/new'],
      ['refusal', 'foreign_origin', '/chat/:link/ws'],
    ]);
  });

  it('an error is one, beside its refusal', async () => {
    vi.spyOn(env.CHAT_ROOM, 'getByName').mockImplementation(() => {
      throw new Error('down');
    });
    await call('GET', '/chat/some-room');
    expect(noted()).toEqual([
      ['error', 'request_failed', '/chat/:link'],
      ['refusal', 'internal', '/chat/:link'],
    ]);
  });
});

describe('over a socket', () => {
  it.each([
    ['a frame that is none', 'nonsense', 'bad_json'],
    ['a frame before auth', { type: 'ping', ref: 1 }, 'auth_first'],
    ['a wrong admin token', { type: 'auth', adminToken: 'wrong' }, 'not_admin'],
    ['bytes', new Uint8Array([1]), 'binary_frame'],
    ['a frame too large', 'x'.repeat(limits.frameBytes + 1), 'frame_too_large'],
  ])('%s is one refusal', async (_, frame, reason) => {
    const socket = await connect(await makeRoom());
    points = [];
    if (frame instanceof Uint8Array) socket.sayBytes(frame);
    else socket.say(frame);
    await vi.waitFor(() => expect(noted()).toEqual([['refusal', reason, '/chat/:link/ws']]), 15_000);
  });

  it('so is no room, and saying nothing', async () => {
    await (await connect(freshLink())).closed;
    const link = await makeRoom();
    const socket = await connect(link);
    await passAlarms(link, Date.now() + 2 * limits.authTimeoutMs);
    expect((await socket.closed).code).toBe(4408);
    expect(noted().filter(([event]) => event === 'refusal')).toEqual([
      ['refusal', 'room_not_found', '/chat/:link/ws'],
      ['refusal', 'no_auth', '/chat/:link/ws'],
    ]);
  });

  it('a frame and a job that fail are errors', async () => {
    const link = await makeRoom();
    const alice = await enter(link, 'alice');
    await call('POST', `/chat/${link}/participants`, { action: 'join', token: 'bob' });
    points = [];
    await breaking(link, 'BEFORE INSERT ON messages', async () => {
      alice.say({ type: 'send', clientId: 'one', text: 'x' });
      await alice.next('error');
    });
    expect(noted()).toEqual([['error', 'frame_failed', '/chat/:link/ws']]);
    await breaking(link, 'BEFORE DELETE ON leases', () => passAlarms(link, Date.now() + 95_000).then(() => undefined));
    expect(noted()).toContainEqual(['error', 'job_failed', '']);
  });
});

describe('a dataset', () => {
  const ask = (bound: object, path: string, init?: RequestInit) => {
    const request = new Request(`${origin}${path}`, init) as Parameters<typeof worker.fetch>[0];
    return worker.fetch(request, { ...env, ...bound } as Env);
  };

  it('that fails harms nobody', async () => {
    vi.mocked(dataset.writeDataPoint).mockImplementation(() => {
      throw new Error('full');
    });
    const link = await makeRoom();
    expect((await call('GET', '/chat/unknown-room')).status).toBe(404);
    const socket = await connect(link);
    socket.say('nonsense');
    expect(await socket.next('error')).toMatchObject({ statusCode: 400 });
    await socket.enter({ token: 'alice' });
  });

  it('that is not bound is missed by nobody', async () => {
    expect((await ask({ EVENTS: undefined }, '/chat/unknown-room')).status).toBe(404);
    expect(points).toEqual([]);
  });

  it('gets no token, link, name, text or address', async () => {
    const link = `canary-${freshLink()}`;
    const [token, name, text] = ['canary-token', 'canary-name', 'canary-text'];
    const headers = { 'CF-Connecting-IP': '192.0.2.77', Authorization: `Bearer ${token}` };
    await call('POST', '/chat/new', { token: adminToken, content: { title: name, about: '', tag: [], link } }, headers);
    await call('PUT', '/chat/update', { token, link, content: {} }, headers);
    await call('GET', `/chat/${link}/nowhere?token=${token}`, undefined, headers);
    const socket = await connect(link, headers);
    socket.say({ type: 'auth', token, name, adminToken: token });
    await socket.closed;
    vi.spyOn(env.CHAT_ROOM, 'getByName').mockImplementation(() => {
      throw new Error(`cannot take ${token} to ${link}`);
    });
    await call('POST', `/chat/${link}/messages`, { token, name, clientId: 'one', text }, headers);
    expect(points.length).toBe(6);
    expect(JSON.stringify(points)).not.toMatch(/canary|192\.0|admin-secret/);
  });
});
