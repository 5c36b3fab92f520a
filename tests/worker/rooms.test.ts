/** Creating, reading, changing and deleting rooms over REST. */
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import type { RoomView } from '../../shared/room.ts';
import { adminToken, call, freshLink, makeRoom, roomObject } from '../support/pool/calls.ts';
import { withFault } from '../support/pool/faults.ts';

const content = { title: '読書会', about: '月に一冊', tag: ['books', 'tokyo'] };

/** A refusal, in the envelope. */
function refused(statusCode: number, text: string) {
  return { status: statusCode, envelope: { statusCode, content: text, error: text } };
}

describe('creating a room', () => {
  it('returns 201 with the room, of which the caller is the admin', async () => {
    const link = freshLink();
    const body = { token: adminToken, future: { anything: [1] }, content: { ...content, link } };
    const { status, envelope } = await call<RoomView>('POST', '/chat/new', body);
    expect(status).toBe(201);
    expect(envelope).toEqual({
      statusCode: 201,
      content: {
        link,
        title: '読書会',
        about: '月に一冊',
        tags: ['books', 'tokyo'],
        createdAt: expect.any(Number),
        updatedAt: envelope.content.createdAt,
        participantCount: 0,
        isAdmin: true,
      },
    });
  });

  it('refuses a link that is taken', async () => {
    const link = await makeRoom();
    const answer = await call('POST', '/chat/new', { token: 'someone-else', content: { ...content, link } });
    expect(answer).toMatchObject(refused(409, 'Chat link already exists'));
  });

  it('accepts an empty about, no tags, `tags` instead of `tag`, and removes duplicate tags', async () => {
    const bare = { token: adminToken, content: { title: 'x', about: '', tag: [], link: freshLink() } };
    expect((await call<RoomView>('POST', '/chat/new', bare)).content).toMatchObject({ about: '', tags: [] });
    const { tag: _, ...untagged } = content;
    const plural = { token: adminToken, content: { ...untagged, tag: null, tags: ['a', 'b', 'a'], link: freshLink() } };
    expect((await call<RoomView>('POST', '/chat/new', plural)).content.tags).toEqual(['a', 'b']);
  });

  it.each([undefined, null, ''])(
    'uses the token of the Authorization header if that in the body is %s',
    async (token) => {
      const link = freshLink();
      const body = { token, content: { ...content, link } };
      expect((await call('POST', '/chat/new', body, { Authorization: 'Bearer abc' })).status).toBe(201);
      expect((await call<RoomView>('GET', `/chat/${link}?token=abc`)).content.isAdmin).toBe(true);
    },
  );

  it.each([
    ['nothing', {}, 'Missing required fields: token, content'],
    ['no token', { content }, 'Missing required fields: token, content'],
    ['no content', { token: 'a' }, 'Missing required fields: token, content'],
    ['a null token', { token: null, content }, 'Missing required fields: token, content'],
    ['an empty token', { token: '', content }, 'Missing required fields: token, content'],
    ['empty content', { token: 'a', content: {} }, 'content.title, content.about, content.tag, content.link'],
    ['no title', { token: 'a', content: { ...content, title: '', link: 'x' } }, 'fields: content.title'],
    ['a null about', { token: 'a', content: { ...content, about: null, link: 'x' } }, 'fields: content.about'],
    ['a token that is a number', { token: 5, content: { ...content, link: 'x' } }, 'token must be a string'],
    ['content that is a string', { token: 'a', content: 'x' }, 'content must be an object'],
    [
      'a blank title',
      { token: 'a', content: { ...content, title: ' 　', link: 'x' } },
      'content.title must not be blank',
    ],
    [
      'a title of 101 characters',
      { token: 'a', content: { ...content, title: '𠮷'.repeat(101), link: 'x' } },
      'content.title must be at most 100 characters',
    ],
    [
      'a tag that is a string',
      { token: 'a', content: { ...content, tag: 'x', link: 'x' } },
      'content.tag must be a list',
    ],
    [
      'a tag that is a number',
      { token: 'a', content: { ...content, tag: [1], link: 'x' } },
      'content.tag.0 must be a string',
    ],
    ['an empty tag', { token: 'a', content: { ...content, tag: [''], link: 'x' } }, 'content.tag.0 must not be blank'],
    [
      'eleven tags',
      { token: 'a', content: { ...content, tag: Array.from({ length: 11 }, String), link: 'x' } },
      'content.tag must be at most 10 tags',
    ],
    ['a link with a slash', { token: 'a', content: { ...content, link: 'a/b' } }, 'content.link must be'],
    ['a link in Japanese', { token: 'a', content: { ...content, link: '部屋' } }, 'content.link must be'],
    ['a link of 65 letters', { token: 'a', content: { ...content, link: 'a'.repeat(65) } }, 'content.link must be'],
    ['a reserved link', { token: 'a', content: { ...content, link: 'List' } }, 'content.link is reserved'],
    [
      'a token of 257 characters',
      { token: 'a'.repeat(257), content: { ...content, link: 'x' } },
      'token must be at most',
    ],
    [
      'an admin token that looks signed',
      { token: 'eyJhbGciOiJFZERTQSJ9.e30.c2ln', content: { ...content, link: 'x' } },
      'token must not be a signed token',
    ],
    ['an array', [], 'body must be a JSON object'],
    ['a string', '"x"', 'body must be a JSON object'],
    ['broken JSON', '{"token":', 'Invalid JSON'],
  ])('refuses %s and names the field', async (_, body, text) => {
    const answer = await call<string>('POST', '/chat/new', body);
    expect(answer.status).toBe(400);
    expect(answer.envelope).toEqual({ statusCode: 400, content: answer.content, error: answer.content });
    expect(answer.content).toContain(text);
  });

  it('never repeats a token in an error', async () => {
    const answer = await call<string>('POST', '/chat/new', { token: 'canary'.repeat(100), content: {} });
    expect(answer.content).not.toContain('canary');
  });

  it('counts characters, not bytes: a title of 100 characters outside the basic plane is accepted', async () => {
    const title = '𠮷'.repeat(100);
    const link = await makeRoom({ title });
    expect((await call<RoomView>('GET', `/chat/${link}`)).content.title).toBe(title);
  });
});

describe('reading a room', () => {
  it('returns isAdmin for the admin and the operator only', async () => {
    const link = await makeRoom();
    const isAdmin = async (query: string, headers?: Record<string, string>) =>
      (await call<RoomView>('GET', `/chat/${link}${query}`, undefined, headers)).content.isAdmin;
    expect(await isAdmin('')).toBe(false);
    expect(await isAdmin('?token=')).toBe(false);
    expect(await isAdmin('?token=wrong')).toBe(false);
    expect(await isAdmin(`?token=${adminToken}`)).toBe(true);
    expect(await isAdmin('', { Authorization: `Bearer ${adminToken}` })).toBe(true);
    expect(await isAdmin('', { Authorization: 'Bearer operator-secret' })).toBe(true);
    expect(await isAdmin('?token=operator-secret')).toBe(false);
  });

  it('is not cached if the response depends on a token', async () => {
    const link = await makeRoom();
    expect((await call('GET', `/chat/${link}?token=x`)).headers.get('Cache-Control')).toBe('private, no-store');
    expect((await call('GET', `/chat/${link}`)).headers.get('Cache-Control')).toBe('no-cache');
  });

  it.each([
    ['an unknown link', 'no-such-room', 404, 'Chat not found'],
    ['a malformed link', 'a%20b', 400, 'link must be'],
    ['a link with broken encoding', '%E0%A4%A', 400, 'link must be'],
    ['a link of 65 letters', 'a'.repeat(65), 400, 'link must be'],
  ])('is refused for %s', async (_, link, status, text) => {
    const answer = await call<string>('GET', `/chat/${link}`);
    expect(answer.status).toBe(status);
    expect(answer.content).toContain(text);
  });

  it('refuses a forged signed token, in the list too', async () => {
    const link = await makeRoom();
    const token = 'eyJhbGciOiJFZERTQSJ9.e30.c2ln';
    for (const path of [`/chat/${link}`, '/chat/list']) {
      const answer = await call('GET', `${path}?token=${token}`);
      expect(answer).toMatchObject(refused(401, 'Unauthorized: Invalid signed token'));
    }
  });
});

describe('changing a room', () => {
  const change = (link: string, changed: unknown, token = adminToken) =>
    call<RoomView>('PUT', '/chat/update', { token, link, content: changed });

  it('changes the given fields and updates updatedAt', async () => {
    const link = await makeRoom(content);
    const before = (await call<RoomView>('GET', `/chat/${link}`)).content;
    const { status, content: after } = await change(link, { title: '新しい題', tag: ['new'] });
    expect(status).toBe(200);
    expect(after).toEqual({ ...before, title: '新しい題', tags: ['new'], isAdmin: true, updatedAt: after.updatedAt });
    expect(after.updatedAt).toBeGreaterThan(before.updatedAt);
    expect((await call<RoomView>('GET', `/chat/${link}`)).content).toEqual({ ...after, isAdmin: false });
  });

  it('changes nothing for empty content, and can clear about and tags', async () => {
    const link = await makeRoom(content);
    const before = (await call<RoomView>('GET', `/chat/${link}?token=${adminToken}`)).content;
    expect((await change(link, {})).content).toEqual(before);
    expect((await change(link, { title: null, tags: [] })).content).toMatchObject({ title: before.title, tags: [] });
    expect((await change(link, { about: '' })).content.about).toBe('');
  });

  it('allows the admin and the operator to replace the admin token', async () => {
    const link = await makeRoom();
    expect((await change(link, { newToken: 'second' })).status).toBe(200);
    expect((await change(link, { title: 'x' })).status).toBe(403);
    expect((await change(link, { title: 'x' }, 'second')).status).toBe(200);
    expect((await change(link, { newToken: 'third' }, 'operator-secret')).status).toBe(200);
    expect((await change(link, { title: 'y' }, 'third')).status).toBe(200);
  });

  it('checks the shape, then that the room exists, then the right', async () => {
    const link = await makeRoom();
    expect(await change('no-such-room', undefined, 'wrong')).toMatchObject(
      refused(400, 'Missing required fields: content'),
    );
    expect(await call('PUT', '/chat/update', {})).toMatchObject(
      refused(400, 'Missing required fields: token, link, content'),
    );
    expect(await change('no-such-room', { title: 'x' }, 'wrong')).toMatchObject(refused(404, 'Chat not found'));
    expect(await change(link, { title: 'x' }, 'wrong')).toMatchObject(refused(403, 'Forbidden: Invalid admin token'));
  });
});

describe('a change that cannot be stored', () => {
  it('has no effect', async () => {
    const link = await makeRoom(content);
    const before = (await call<RoomView>('GET', `/chat/${link}`)).content;
    const change = { token: adminToken, link, content: { title: 'lost', newToken: 'lost' } };
    await withFault(link, 'BEFORE UPDATE ON outbox', async () => {
      expect((await call('PUT', '/chat/update', change)).status).toBe(500);
      expect((await call('POST', `/chat/${link}/participants`, { action: 'join' })).status).toBe(500);
    });
    expect((await call<RoomView>('GET', `/chat/${link}`)).content).toEqual(before);
    expect((await call('PUT', '/chat/update', { ...change, token: 'lost' })).status).toBe(403);
    expect((await call('PUT', '/chat/update', change)).status).toBe(200);
  });

  it('does not block the link for a later creation', async () => {
    const link = freshLink();
    const body = { token: adminToken, content: { ...content, link } };
    await runInDurableObject(await roomObject(link), (_, state) => {
      vi.spyOn(state.storage, 'setAlarm').mockImplementationOnce(() => {
        throw new Error('no alarm');
      });
    });
    expect((await call('POST', '/chat/new', body)).status).toBe(500);
    expect((await call('GET', `/chat/${link}`)).status).toBe(404);
    expect((await call('POST', '/chat/new', body)).status).toBe(201);
  });
});

describe('deleting a room', () => {
  it('requires the admin token and frees the link', async () => {
    const link = await makeRoom();
    const remove = (token: string) => call('DELETE', '/chat/delete', { token, link });
    expect(await remove('wrong')).toMatchObject(refused(403, 'Forbidden: Invalid admin token'));
    const removed = await remove(adminToken);
    expect(removed.envelope).toEqual({ statusCode: 200, content: 'Chat deleted successfully' });
    expect(await remove(adminToken)).toMatchObject(refused(404, 'Chat not found'));
    expect((await call('GET', `/chat/${link}`)).status).toBe(404);
    expect((await call('POST', '/chat/new', { token: 'another', content: { ...content, link } })).status).toBe(201);
  });

  it('works without a body', async () => {
    const link = await makeRoom();
    const remove = (query: string) =>
      call<string>('DELETE', `/chat/delete${query}`, undefined, { Authorization: `Bearer ${adminToken}` });
    expect((await remove('')).content).toBe('Missing required fields: link');
    expect((await remove(`?link=${link}`)).status).toBe(200);
  });

  it('is allowed to the operator too', async () => {
    const link = await makeRoom();
    expect((await call('DELETE', '/chat/delete', { token: 'operator-secret', link })).status).toBe(200);
  });
});
