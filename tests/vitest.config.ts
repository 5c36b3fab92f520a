/**
 * All tests in one run: in the Workers runtime, without the limits of an address and with them, in plain Node, and against
 * a real server and browser.
 */
import { generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

/** Whose signed tokens the service under test accepts. */
const signing = {
  JWT_PRIVATE_KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  JWT_PUBLIC_KEY: String(publicKey.export({ type: 'spki', format: 'pem' })),
  JWT_ISSUER: 'https://issuer.example',
  JWT_AUDIENCE: 'flexio',
};

/** The operator, addresses as on Cloudflare, no line for each request, and the keys. */
const bindings = {
  ADMIN_TOKEN: 'operator-secret',
  TRUSTED_PROXY: 'CF-Connecting-IP',
  REQUEST_LOGS: 'off',
  ...signing,
};

export default defineConfig({
  root,
  test: {
    reporters: ['default', './tests/support/tally-reporter.ts'],
    projects: [
      {
        root,
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.jsonc' },
            miniflare: {
              bindings: {
                ...bindings,
                RATE_LIMITS: 'off',
                PROPERTY_RUNS: process.env.PROPERTY_RUNS ?? '',
              },
              analyticsEngineDatasets: { EVENTS: { dataset: 'flexio_events' } },
            },
          }),
        ],
        test: { name: 'workers', include: ['tests/{worker,objects}/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        root,
        plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.jsonc' }, miniflare: { bindings } })],
        test: { name: 'limits', include: ['tests/limits/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 30_000 },
      },
      {
        root,
        test: { name: 'node', include: ['tests/*.test.ts', 'tests/{shared,client,docs}/**/*.test.ts'] },
      },
      {
        root,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
