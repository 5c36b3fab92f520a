/** Mentions of participants in messages, as the room resolves them. */
import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { CallContent } from '../../shared/call-types.ts';
import type { Message } from '../../shared/message.ts';
import { call, roomObject } from '../support/pool/calls.ts';
import { openRoom } from '../support/pool/sockets.ts';

let posts = 0;
const post = async (link: string, who: string, text = 'x') =>
  (
    await call<Message>('POST', `/chat/${link}/messages`, {
      token: `${who}-token`,
      name: who,
      clientId: `c${++posts}`,
      text,
    })
  ).content;
describe('a mention', () => {
  it('is resolved among present participants and recent authors when a message is sent, and again when it is edited', async () => {
    const { link, alice } = await openRoom('alice', 'bob');
    await post(link, 'carol');
    const { mentions, id } = await post(link, 'dave', 'hi @bob and @carol, not @erin');
    const known = (await call<CallContent<'listParticipants'>>('GET', `/chat/${link}/participants`)).content
      .participants;
    const bob = known.find(({ name }) => name === 'bob')?.id;
    const carol = (await call<Message>('GET', `/chat/${link}/messages/1`)).content.author.id;
    expect(mentions).toEqual([
      { id: bob, start: 3, length: 4 },
      { id: carol, start: 12, length: 6 },
    ]);
    await alice.next('message');
    expect((await alice.next('message')).mentions).toEqual(mentions);
    await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    expect((await call<Message>('GET', `/chat/${link}/messages/${id}`)).content.mentions).toEqual(mentions);
    const edited = await call<Message>('PUT', `/chat/${link}/messages/${id}`, {
      token: 'dave-token',
      text: 'only @carol',
    });
    expect(edited.content.mentions).toEqual([{ id: carol, start: 5, length: 6 }]);
    const tombstone = await call<Message>('DELETE', `/chat/${link}/messages/${id}`, { token: 'dave-token' });
    expect(tombstone.content).not.toHaveProperty('mentions');
  });
});
