/** The values in wrangler.jsonc that must equal those in the code. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { unstable_readConfig as readConfig } from 'wrangler';
import { limits } from '../shared/limits.ts';

interface Configuration {
  ratelimits: { name: string; namespace_id: string; simple: { limit: number; period: number } }[];
  vars: Record<string, string>;
  observability: Record<string, unknown>;
}

const config: Configuration = readConfig({ config: fileURLToPath(new URL('../wrangler.jsonc', import.meta.url)) });

it('the rate limit bindings equal shared/limits.ts and have separate namespaces', () => {
  const bindings = config.ratelimits.map(({ name, simple }) => [name, simple.limit, simple.period]);
  expect(bindings).toEqual([
    ['CREATIONS', limits.rate.creationsPerMinute, limits.rate.windowSeconds],
    ['GUESSES', limits.rate.guessesPerMinute, limits.rate.windowSeconds],
    ['CALLS', limits.rate.callsPerMinute, limits.rate.windowSeconds],
  ]);
  expect(new Set(config.ratelimits.map(({ namespace_id }) => namespace_id)).size).toBe(3);
});

it('invocation logs, which contain URLs, are off', () => {
  expect(config.observability).toMatchObject({ enabled: true, logs: { enabled: true, invocation_logs: false } });
});

it('by default the limits are on, no proxy is trusted and no room expires', () => {
  expect(config.vars).toMatchObject({ RATE_LIMITS: 'on', TRUSTED_PROXY: '', ROOM_DAYS: '0' });
});
