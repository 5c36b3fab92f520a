/** The response envelope and CORS headers of every request. */
import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { call, makeRoom, origin } from '../support/pool/calls.ts';
import { connect } from '../support/pool/sockets.ts';

const fetchRaw = (path: string, init?: RequestInit) => exports.default.fetch(`${origin}${path}`, init);

describe('the envelope', () => {
  it.each([
    ['an unknown path', 'GET', '/chat/a/b/c', 404, 'Not found'],
    ['the wrong method', 'PATCH', '/chat/list', 405, 'Method not allowed'],
    ['a fixed path with the method of another', 'GET', '/chat/new', 405, 'Method not allowed'],
    [
      'the socket without an upgrade',
      'GET',
      '/chat/abc/ws',
      426,
      'Upgrade required: This path accepts only WebSocket connections',
    ],
    ['the socket by POST', 'POST', '/chat/abc/ws', 405, 'Method not allowed'],
  ])('is returned for %s', async (_, method, path, status, text) => {
    const answer = await call(method, path);
    expect(answer.status).toBe(status);
    expect(answer.envelope).toEqual({ statusCode: status, content: text, error: text });
  });

  it('is returned for a body over 32 KiB without a Content-Length', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(1_024));
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (sent++ === 40) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const response = await fetchRaw('/chat/new', { method: 'POST', body });
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({
      statusCode: 413,
      content: 'Request body too large',
      error: 'Request body too large',
    });
  });

  it('is returned for a body that is not UTF-8', async () => {
    const response = await fetchRaw('/chat/new', { method: 'POST', body: new Uint8Array([0x7b, 0xff, 0x7d]) });
    expect(await response.json()).toMatchObject({ statusCode: 400, error: 'Invalid encoding: must be UTF-8' });
  });

  it('comes with the allowed methods of the path', async () => {
    expect((await call('PUT', '/chat/list')).headers.get('Allow')).toBe('GET, HEAD, OPTIONS');
    expect((await call('PATCH', '/chat/abc/messages')).headers.get('Allow')).toBe('GET, POST, HEAD, OPTIONS');
  });

  it('is omitted for HEAD only', async () => {
    const response = await fetchRaw('/chat/no-such-room', { method: 'HEAD' });
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  it('is the same for a path with a trailing slash', async () => {
    expect((await call('GET', '/chat/list/')).status).toBe(200);
  });
});

describe('CORS', () => {
  const corsOf = async (path: string, from: string | undefined, host = origin) => {
    const headers: HeadersInit = from === undefined ? {} : { Origin: from };
    const response = await exports.default.fetch(`${host}${path}`, { headers });
    expect(response.headers.get('Vary')).toContain('Origin');
    return response.headers.get('Access-Control-Allow-Origin');
  };

  it.each([
    ['a configured origin', 'https://flexio.pages.dev', 'https://flexio.pages.dev'],
    ['the service’s own', origin, origin],
    ['a foreign origin', 'https://evil.example', null],
    ['an origin with an allowed prefix', 'https://flexio.pages.dev.evil.example', null],
    ['the origin null', 'null', null],
    ['a loopback origin on a public host', 'http://localhost:3000', null],
    ['no origin', undefined, null],
  ])('allows or refuses %s', async (_, from, allowed) => {
    expect(await corsOf('/chat/list', from)).toBe(allowed);
    expect(await corsOf('/chat/no-such-room', from)).toBe(allowed);
  });

  it('trusts loopback origins if the request was sent to a loopback host', async () => {
    const local = 'http://127.0.0.1:8787';
    expect(await corsOf('/chat/list', 'http://localhost:3000', local)).toBe('http://localhost:3000');
    expect(await corsOf('/chat/list', 'https://evil.example', local)).toBe(null);
  });

  it('answers a preflight', async () => {
    const response = await fetchRaw('/chat/update', {
      method: 'OPTIONS',
      headers: { Origin: 'https://flexio.pages.dev', 'Access-Control-Request-Method': 'PUT' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('https://flexio.pages.dev');
    expect(response.headers.get('Access-Control-Allow-Methods')).toContain('PUT');
    expect(response.headers.get('Access-Control-Allow-Headers')).toBe('Content-Type, Authorization, X-Join-Key');
  });

  it('serves a foreign origin over REST, but closes its socket with 4403', async () => {
    const link = await makeRoom();
    const answer = await call('GET', `/chat/${link}`, undefined, { Origin: 'https://evil.example' });
    expect(answer.status).toBe(200);
    const socket = await connect(link, { Origin: 'https://evil.example' });
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden: Origin not allowed' });
  });
});
