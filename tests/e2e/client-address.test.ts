/** Client addresses on a real server with rate limits: headers that a client forges have no effect. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Server } from '../support/server.ts';

const forged = (turn: number) => {
  const address = `203.0.113.${turn}`;
  return {
    'CF-Connecting-IP': address,
    'CF-Connecting-IPv6': `2001:db8:${turn}::1`,
    'True-Client-IP': address,
    'X-Real-IP': address,
    'X-Client-IP': address,
    'X-Forwarded-For': address,
    Forwarded: `for=${address}`,
    'MF-CF-Blob': JSON.stringify({ clientIp: `${address}:1` }),
  };
};

const create = async (server: Server, headers: Record<string, string>) => {
  const content = { title: 'x', about: '', tag: [], link: crypto.randomUUID() };
  const body = JSON.stringify({ token: 'admin-secret', content });
  return (await fetch(`${server.origin}/chat/new`, { method: 'POST', body, headers })).status;
};

/** Waits until 20 seconds of the clock minute are left, because the local rate limiter counts per clock minute. */
const waitForMinuteStart = async () => {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 20_000) await new Promise((resolve) => setTimeout(resolve, left));
};

let direct: Server;
let proxied: Server;
beforeAll(async () => {
  direct = await Server.start({ vars: { RATE_LIMITS: 'on' } });
  proxied = await Server.start({ vars: { RATE_LIMITS: 'on', TRUSTED_PROXY: 'X-Forwarded-For' } });
});
afterAll(async () => {
  await direct?.stop();
  await proxied?.stop();
});

it('a client that forges its address has the rate limit of one client', async () => {
  await waitForMinuteStart();
  const statuses: number[] = [];
  for (let turn = 1; turn <= 25; turn++) statuses.push(await create(direct, forged(turn)));
  expect(statuses).toEqual([...Array(20).fill(201), ...Array(5).fill(429)]);
  expect(await create(direct, {})).toBe(429);
}, 90_000);

it('behind a proxy, the address that the proxy appended counts, whatever the client sent before it', async () => {
  await waitForMinuteStart();
  const through = (turn: number, seen: string) => {
    const headers = forged(turn);
    return create(proxied, { ...headers, 'X-Forwarded-For': `${headers['X-Forwarded-For']}, ${seen}` });
  };
  const statuses: number[] = [];
  for (let turn = 1; turn <= 25; turn++) statuses.push(await through(turn, '192.0.2.1'));
  expect(statuses).toEqual([...Array(20).fill(201), ...Array(5).fill(429)]);
  expect(await through(1, '192.0.2.2')).toBe(201);
}, 90_000);

it('a deployed build is marked as deployed, so that it trusts the header of Cloudflare', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flexio-'));
  try {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const [, define = ''] = /--define (\S+)/.exec(scripts.deploy.replaceAll('\\', '')) ?? [];
    const deploy = [
      'node_modules/wrangler/bin/wrangler.js',
      'deploy',
      '--define',
      define,
      '--dry-run',
      '--outdir',
      folder,
    ];
    // NODE_ENV of the shell that deploys must have no effect.
    const settings = { cwd: root, env: { ...process.env, NODE_ENV: 'test', WRANGLER_SEND_METRICS: 'false' } };
    await promisify(execFile)(process.execPath, deploy, settings);
    expect(await readFile(join(folder, 'index.js'), 'utf8')).toContain('isDeployed = true');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
