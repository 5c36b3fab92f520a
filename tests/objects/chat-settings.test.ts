/** The settings of a chat (locked, slow mode), which the room keeps in memory. */
import { evictDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { adminToken, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { withFault } from '../support/pool/faults.ts';
import { connect } from '../support/pool/sockets.ts';

const moderate = (link: string, act: Record<string, unknown>) =>
  call('POST', `/chat/${link}/moderation`, { token: 'boss', adminToken, ...act });

async function settingsOf(link: string) {
  const { locked, slowSeconds } = await (await connect(link)).auth();
  return { locked, slowSeconds };
}

it('are those last set, each for itself, before and after an eviction', async () => {
  const link = await makeRoom();
  expect(await settingsOf(link)).toEqual({ locked: false, slowSeconds: 0 });
  await moderate(link, { action: 'lock' });
  await moderate(link, { action: 'slow', seconds: 5 });
  expect(await settingsOf(link)).toEqual({ locked: true, slowSeconds: 5 });
  await evictDurableObject(await roomObject(link));
  expect(await settingsOf(link)).toEqual({ locked: true, slowSeconds: 5 });
  await moderate(link, { action: 'unlock' });
  expect(await settingsOf(link)).toEqual({ locked: false, slowSeconds: 5 });
});

it('stay as they were when a change cannot be stored', async () => {
  const link = await makeRoom();
  await moderate(link, { action: 'slow', seconds: 5 });
  await withFault(link, 'BEFORE INSERT ON moderation_log', async () => {
    expect((await moderate(link, { action: 'lock' })).status).toBe(500);
    expect(await settingsOf(link)).toEqual({ locked: false, slowSeconds: 5 });
  });
  const posted = await call('POST', `/chat/${link}/messages`, { token: 'alice-token', clientId: 'a', text: 'x' });
  expect(posted.status).toBe(201);
});
