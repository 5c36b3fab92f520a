/** Random input: always a response in the envelope or an `error` frame, never a 500 or a broken room. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { endpoints } from '../../shared/endpoints.ts';
import { adminToken, allMessages, call, makeRoom } from '../support/pool/calls.ts';
import { joinRoom } from '../support/pool/sockets.ts';

const words = fc.constantFrom(
  '',
  'join',
  'auth',
  'send',
  'history',
  '__proto__',
  'x',
  '\u0000',
  '\ud800',
  '👩‍👩‍👧',
  '1e999',
);
const leaf = fc.oneof(words, fc.string({ unit: 'binary' }), fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const names = fc.constantFrom(
  'token',
  'adminToken',
  'link',
  'content',
  'title',
  'about',
  'tag',
  'tags',
  'action',
  'lease',
  'clientId',
  'text',
  'replyTo',
  'name',
  'type',
  'resume',
  'epoch',
  'rev',
  'before',
  'after',
  'limit',
  'ref',
  'batch',
  'v',
  '__proto__',
  'constructor',
);
const value = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('any'), { maxLength: 4 }), tie('object')),
  object: fc.dictionary(names, tie('any'), { maxKeys: 8 }),
}));

const bodies = fc.oneof(value.any, value.object);

it('a random body gets the envelope with a status below 500', async () => {
  const link = await makeRoom();
  const calls = Object.values(endpoints).filter((endpoint) => 'body' in endpoint);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...calls), bodies, async ({ method, path }, body) => {
      const answer = await call(method, path.replace(':link', link), JSON.stringify(body));
      expect(answer.envelope.statusCode).toBe(answer.status);
      expect(answer.status < 500).toBe(true);
      if (answer.status >= 400) expect(answer.envelope.error).toBe(answer.content);
    }),
    { numRuns: 400 },
  );
  expect((await call('GET', `/chat/${link}?token=${adminToken}`)).status).toBe(200);
});

it('a random query gets 200 or 400', async () => {
  const link = await makeRoom();
  const paths = ['/chat/list', `/chat/${link}/messages`, `/chat/${link}/participants`, `/chat/${link}`];
  const fields = fc.constantFrom('limit', 'offset', 'tag', 'token', 'before', 'after');
  const text = fc.oneof(words, fc.string({ unit: 'binary' }), fc.integer().map(String));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.array(fc.tuple(fields, text)), async (path, pairs) => {
      const query = pairs.map(([name, part]) => `${name}=${encodeURIComponent(part.toWellFormed())}`).join('&');
      const answer = await call('GET', `${path}?${query}`);
      expect([200, 400]).toContain(answer.status);
    }),
    { numRuns: 300 },
  );
});

it('a random frame does not affect other clients of the room', async () => {
  const link = await makeRoom();
  const bob = await joinRoom(link, 'bob');
  let round = 0;
  const frames = fc.oneof(
    bodies.map((frame) => JSON.stringify(frame)),
    fc.string({ unit: 'binary' }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(frames, { maxLength: 10 }), async (sent) => {
      round += 1;
      const clientId = `after-${round}`;
      const alice = await joinRoom(link, 'alice');
      for (const frame of sent) alice.send(frame.toWellFormed());
      const carol = await joinRoom(link, 'carol');
      carol.send({ type: 'send', clientId, text: clientId });
      for (;;) if ((await bob.next('message')).text === clientId) break;
      alice.close();
      carol.close();
    }),
    { numRuns: 100 },
  );
  const revs = (await allMessages(link)).map((message) => message.rev);
  expect(revs).toEqual(revs.map((_, index) => index + 1));
});
