/** Requests for links without a room, as scanners send them, leave nothing in storage. */
import { evictAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { call, roomObject } from '../support/pool/calls.ts';
import { schemaNames } from '../support/pool/storage.ts';

/** 10,000 by default; fewer where the property tests have fewer runs. */
const probes = Number(env.PROPERTY_RUNS || 1_000) * 10;

describe(`${probes} requests for links without a room`, () => {
  it('leave no table, row or alarm', { timeout: 300_000 }, async () => {
    const paths = ['', '/messages', '/participants'];
    for (let start = 0; start < probes; start += 200) {
      const requests = Array.from({ length: 200 }, (_, index) => {
        const path = paths[index % paths.length] ?? '';
        return call('GET', `/chat/probe-${start + index}${path}`);
      });
      for (const { status } of await Promise.all(requests)) expect(status).toBe(404);
      const leftovers = Array.from({ length: 200 }, async (_, index) =>
        runInDurableObject(await roomObject(`probe-${start + index}`), async (_object, { storage }) => {
          return schemaNames(storage.sql).length + Number((await storage.getAlarm()) !== null);
        }),
      );
      expect(Math.max(...(await Promise.all(leftovers)))).toBe(0);
      await evictAllDurableObjects();
    }
    expect((await env.CHATS.list()).keys).toEqual([]);
    expect((await call('GET', '/chat/list')).content).toMatchObject({ chats: [], total: 0 });
  });
});
