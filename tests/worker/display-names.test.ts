/** Display names over every transport: cleaned, or refused if they look like a role. */
import { expect, it } from 'vitest';
import type { Message } from '../../shared/message.ts';
import { call, makeRoom } from '../support/pool/calls.ts';
import { sign } from '../support/pool/signing.ts';
import { connect, joinRoom } from '../support/pool/sockets.ts';

const refusal = 'Invalid fields: name must not look like a role';

it('names that look like a role are refused in auth, posts and joins', async () => {
  const link = await makeRoom();
  const socket = await connect(link);
  socket.send({ type: 'auth', ref: 1, token: 'mallory', name: 'Аdmin' });
  expect(await socket.next('error')).toMatchObject({ ref: 1, statusCode: 400, error: refusal });
  const message = { token: 'mallory', name: '管理者', clientId: 'a', text: 'x' };
  expect((await call('POST', `/chat/${link}/messages`, message)).envelope.error).toBe(refusal);
  const join = { action: 'join', token: 'mallory', name: 'Bob ✓' };
  expect((await call('POST', `/chat/${link}/participants`, join)).envelope.error).toBe(refusal);
});

it('names are cleaned, and a blank name counts as none', async () => {
  const link = await makeRoom();
  const socket = await connect(link);
  const ready = await socket.auth({ token: 'alice-token', name: ' Al\u202eice\u200b ' });
  expect(ready.participant?.name).toBe('Alice');
  const message = { token: 'bob-token', name: '\u3164\u2800', clientId: 'a', text: 'x' };
  expect((await call<Message>('POST', `/chat/${link}/messages`, message)).content.author.name).toMatch(/^guest-/);
  (await joinRoom(link, 'carol')).close();
});

it('names in a signed token are cut if they are too long, and ignored if they look like a role', async () => {
  const link = await makeRoom();
  const long = '字'.repeat(41);
  const ready = await (await connect(link)).auth({ token: await sign({ claims: { name: long } }), name: 'Al' });
  expect(ready.participant?.name).toBe('字'.repeat(40));
  const message = { token: await sign({ claims: { sub: 'mallory', name: '運営' } }), clientId: 'a', text: 'x' };
  expect((await call<Message>('POST', `/chat/${link}/messages`, message)).content.author.name).toBe('guest-lory');
});

it('names keep joiners that they need', async () => {
  const socket = await connect(await makeRoom());
  const name = 'علی\u200cرضا 👨\u200d👩\u200d👧';
  expect((await socket.auth({ token: 'ali', name })).participant?.name).toBe(name);
});
