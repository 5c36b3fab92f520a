/** The security headers of every response. */
import { exports } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { withSecurityHeaders } from '../../worker/security-headers.ts';
import { origin } from '../support/pool/calls.ts';

const headersOf = async (path: string, init?: RequestInit, host = origin) =>
  (await exports.default.fetch(host + path, { redirect: 'manual', ...init })).headers;

it.each([
  ['a list', '/chat/list', {}],
  ['a refusal', '/chat/no-such-room', {}],
  ['an unknown path', '/no/such/path', {}],
  ['a redirection', '/chat', {}],
  ['a preflight', '/chat/list', { method: 'OPTIONS' }],
  ['HEAD', '/chat/list', { method: 'HEAD' }],
  ['a page', '/', {}],
])('%s has nosniff, no-referrer and HSTS', async (_, path, init) => {
  const headers = await headersOf(path, init);
  expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
  expect(headers.get('Referrer-Policy')).toBe('no-referrer');
  expect(headers.get('Strict-Transport-Security')).toBe('max-age=31536000');
});

it.each(['/', '/chat/a-room/'])(
  'the page %s has a policy that allows only its own files and no framing',
  async (path) => {
    const headers = await headersOf(path);
    expect(headers.get('Content-Type')).toContain('text/html');
    const policy = headers.get('Content-Security-Policy') ?? '';
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "font-src 'self'",
      "manifest-src 'self'",
      "connect-src 'self' wss://chat.example",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]);
    expect(headers.get('X-Frame-Options')).toBe('DENY');
    expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
    expect(headers.get('Permissions-Policy')).toContain('camera=()');
  },
);

it('a built file is immutable, and a missing file is a 404 in the envelope', async () => {
  const page = await (await exports.default.fetch(`${origin}/`)).text();
  const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(page) ?? [];
  expect((await headersOf(script)).get('Cache-Control')).toBe('public, max-age=31536000, immutable');
  const absent = await exports.default.fetch(`${origin}/assets/nope.js`);
  expect([absent.status, absent.headers.get('Cache-Control')]).toEqual([404, 'no-store']);
  expect(await absent.json()).toEqual({ statusCode: 404, content: 'Not found', error: 'Not found' });
});

it('a response that is not a page has no Content-Security-Policy', async () => {
  expect((await headersOf('/chat/list')).get('Content-Security-Policy')).toBe(null);
});

it('HSTS is sent over https only, and the policy names the public origin of the socket', async () => {
  expect((await headersOf('/chat/list', {}, 'http://127.0.0.1:8787')).get('Strict-Transport-Security')).toBe(null);
  const page = new Response('', { headers: { 'Content-Type': 'text/html' } });
  const request = new Request('http://127.0.0.1:8787/');
  const { headers } = withSecurityHeaders(request, { PUBLIC_ORIGIN: 'https://flexio.example' }, page);
  expect(headers.get('Strict-Transport-Security')).not.toBe(null);
  expect(headers.get('Content-Security-Policy')).toContain('wss://flexio.example');
});
