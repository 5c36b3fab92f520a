/**
 * The test projects: the Workers runtime without and with per-address rate limits, plain Node, and a real server with a
 * real browser.
 *
 * The default mode runs each property 100 times and the end-to-end files in `mainJob`. `--mode full` (`npm run test:full`)
 * runs each property as often as its file says and all end-to-end files. `PROPERTY_RUNS` overrides the number of runs.
 */
import { generateKeyPairSync } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import SlowestFirst from './support/slowest-first.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

/** The key pair and claims of the signed tokens that the service under test accepts. */
const signing = {
  JWT_PRIVATE_KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  JWT_PUBLIC_KEY: String(publicKey.export({ type: 'spki', format: 'pem' })),
  JWT_ISSUER: 'https://issuer.example',
  JWT_AUDIENCE: 'flexio',
};

/** Operator token, client address header as on Cloudflare, request log off, and the signing keys. */
const bindings = {
  ADMIN_TOKEN: 'operator-secret',
  TRUSTED_PROXY: 'CF-Connecting-IP',
  REQUEST_LOGS: 'off',
  ...signing,
};

/** What `npm test` runs in a browser: the calls of the API document, and two windows that chat. */
const mainJob = ['tests/e2e/flexio-api-document.test.ts', 'tests/e2e/room-page.test.ts'];

const cores = availableParallelism();

/** More files than cores: they wait for timers and for the disk much of the time. */
const maxWorkers = Math.min(8, cores * 2);

/** A file with a server and a browser keeps more than one core busy. */
const maxBrowsers = Math.min(4, Math.max(2, Math.floor(cores / 2)));

/** Vitest's own second is short on a busy machine. */
const patience = { poll: { timeout: 15_000 } };

export default defineConfig(({ mode }) => {
  const isFull = mode === 'full';
  // Empty: each file uses its own number.
  const propertyRuns = process.env.PROPERTY_RUNS ?? (isFull ? '' : '100');
  return {
    root,
    test: {
      reporters: ['default', './tests/support/totals-reporter.ts'],
      maxWorkers,
      sequence: { sequencer: SlowestFirst },
      projects: [
        {
          root,
          plugins: [
            cloudflareTest({
              wrangler: { configPath: './wrangler.jsonc' },
              miniflare: {
                bindings: { ...bindings, RATE_LIMITS: 'off', PROPERTY_RUNS: propertyRuns },
                analyticsEngineDatasets: { EVENTS: { dataset: 'flexio_events' } },
              },
            }),
          ],
          test: {
            name: 'workers',
            include: ['tests/{worker,objects}/**/*.test.ts'],
            setupFiles: ['tests/support/pool/setup.ts'],
            expect: patience,
            testTimeout: 60_000,
            hookTimeout: 60_000,
          },
        },
        {
          root,
          plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.jsonc' }, miniflare: { bindings } })],
          test: {
            name: 'limits',
            include: ['tests/limits/**/*.test.ts'],
            setupFiles: ['tests/support/pool/setup.ts'],
            expect: patience,
            testTimeout: 60_000,
            hookTimeout: 60_000,
          },
        },
        {
          root,
          test: {
            name: 'node',
            include: ['tests/*.test.ts', 'tests/{shared,client,docs}/**/*.test.ts'],
            expect: patience,
            testTimeout: 30_000,
          },
        },
        {
          root,
          test: {
            name: 'e2e',
            include: isFull ? ['tests/e2e/**/*.test.ts'] : mainJob,
            expect: patience,
            testTimeout: 60_000,
            hookTimeout: 120_000,
            // After the other projects, which would slow the browsers down.
            sequence: { groupOrder: 1 },
            maxWorkers: maxBrowsers,
          },
        },
      ],
    },
  };
});
