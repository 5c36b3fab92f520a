/** Frames as a room sends them, for the tests of the client. */

import type { Message } from '../../shared/message.ts';
import type { Participant } from '../../shared/participant.ts';
import type { ServerReadyFrame } from '../../shared/server-frames.ts';

export const alice: Participant = { id: 't:abcdef', name: 'alice', role: 'member' };
export const bob: Participant = { id: 't:ghjkmn', name: 'bob', role: 'member' };

export const room = {
  link: 'abc',
  title: '題',
  about: '',
  tags: [],
  createdAt: 1,
  updatedAt: 1,
  participantCount: 1,
};

export function message(id: number, changes: Partial<Message> = {}): Message {
  return { id, rev: id, author: bob, text: `${id}`, createdAt: id, reactions: [], ...changes };
}

export function ready(changes: Partial<ServerReadyFrame> = {}): ServerReadyFrame {
  return {
    type: 'ready',
    participant: alice,
    role: 'member',
    room,
    locked: false,
    slowSeconds: 0,
    epoch: 'one',
    rev: 0,
    floor: 1,
    recovered: false,
    messages: [],
    participants: [alice],
    marks: [],
    limits: { messageLength: 4_000, nameLength: 40, frameBytes: 32_768, pageSizeMax: 100, typingMs: 6_000 },
    ...changes,
  };
}
