import { describe, expect, it } from 'vitest';
import type { RoomView } from '../../shared/room.ts';
import { adminToken, call, freshLink, makeRoom } from '../support/pool/calls.ts';

describe('creating a room', () => {
  it('answers 201 with the room, which its maker administers', async () => {
    const link = freshLink();
    const { status, envelope } = await call<RoomView>('POST', '/chat/new', {
      token: adminToken,
      future: {},
      content: { title: '読書会', about: '月に一冊', tag: ['books', 'tokyo'], link },
    });
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
    const { status, envelope } = await call('POST', '/chat/new', {
      token: 'someone-else',
      content: { title: 'x', about: 'x', tag: [], link },
    });
    expect(status).toBe(409);
    expect(envelope).toEqual({
      statusCode: 409,
      content: 'Chat link already exists',
      error: 'Chat link already exists',
    });
  });
});
