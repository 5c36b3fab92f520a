/**
 * Clients that hold a socket and never read, against a real server: the service closes them, and the memory that the
 * runtime queues for them stays bounded. Memory is read from the processes themselves (Linux).
 */
import { once } from 'node:events';
import { type Socket, connect as tcp } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import type { Participant } from '../../shared/participant.ts';
import type { ServerFrame } from '../../shared/server-frames.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import { Server } from '../support/server.ts';
import { waitUntil } from '../support/wait-until.ts';

const megabyte = 1_024 * 1_024;
/** 16,000 bytes. */
const text = '𠮷'.repeat(4_000);
/** 34 MB, so that 200 MB would be queued for six clients that never read. */
const messages = 2_100;
/** A little over 8 MB, after which a client has to send a frame. */
const messagesUntilLimit = 530;
const slowConsumers = 6;

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(async () => {
  await server?.stop();
});

/** Joins as a client that reads, and that pings after every 256 KiB, as the SDK does. */
async function joinRoom(link: string, name: string): Promise<WebSocket> {
  const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/chat/${link}/ws`);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'auth', token: `${name}-token`, name, batch: true }));
  await once(socket, 'message');
  let bytes = 0;
  socket.addEventListener('message', ({ data }) => {
    bytes += String(data).length;
    if (bytes < 256 * 1_024) return;
    bytes = 0;
    socket.send('{"type":"ping"}');
  });
  return socket;
}

/** Joins as a client that authenticates and then never reads again. */
async function joinWithoutReading(link: string, name: string): Promise<Socket> {
  const socket = tcp(Number(new URL(server.origin).port), '127.0.0.1');
  socket.on('error', () => undefined);
  const handshake = [
    `GET /chat/${link}/ws HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];
  socket.write(`${handshake.join('\r\n')}\r\n\r\n`);
  expect(String((await once(socket, 'data'))[0])).toContain('101 Switching Protocols');
  const auth = Buffer.from(JSON.stringify({ type: 'auth', token: `${name}-token`, name }));
  // A whole text frame, masked with zeros.
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | auth.length, 0, 0, 0, 0]), auth]));
  await once(socket, 'data');
  socket.pause();
  return socket;
}

/** Posts messages, 20 at a time, and waits until they are received: the room is busy, but not overloaded. */
async function post(writer: WebSocket, count: number): Promise<void> {
  const lot = 20;
  let [posted, returned] = [0, 0];
  await new Promise<void>((resolve, reject) => {
    const postLot = () => {
      for (const end = Math.min(posted + lot, count); posted < end; posted++) {
        writer.send(JSON.stringify({ type: 'send', clientId: crypto.randomUUID(), text }));
      }
    };
    writer.onclose = ({ code, reason }) => reject(new Error(`the writer was closed: ${code} ${reason}`));
    writer.onmessage = ({ data }) => {
      const frame = JSON.parse(String(data)) as ServerFrame;
      returned += (frame.type === 'batch' ? frame.frames : [frame]).filter(({ type }) => type === 'message').length;
      if (returned === count) return resolve();
      if (returned === posted) postLot();
    };
    postLot();
  });
  writer.onclose = null;
}

/** @returns how much memory grows while 34 MB are posted in a room with that many clients that never read */
async function growth(slowCount: number): Promise<{ link: string; bytes: number; end: () => void }> {
  const link = await makeRoomAt(server.origin);
  const [writer, reader] = [await joinRoom(link, 'writer'), await joinRoom(link, 'reader')];
  const silent: Socket[] = [];
  for (let turn = 1; turn <= slowCount; turn++) silent.push(await joinWithoutReading(link, `slow-${turn}`));
  expect(await namesIn(link)).toHaveLength(2 + slowCount);
  const before = server.memoryBytes();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, server.memoryBytes());
  }, 100);
  await post(writer, messagesUntilLimit);
  await new Promise((resolve) => setTimeout(resolve, limits.socket.slowConsumerGraceMs + 100));
  await post(writer, messages - messagesUntilLimit);
  clearInterval(watch);
  const end = () => {
    writer.close();
    reader.close();
    for (const socket of silent) socket.destroy();
  };
  return { link, bytes: Math.max(most, server.memoryBytes()) - before, end };
}

async function namesIn(link: string): Promise<string[]> {
  const path = `/chat/${link}/participants`;
  const { content } = await callAt<{ participants: Participant[] }>(server.origin, 'GET', path);
  return content.participants.map(({ name }) => name);
}

it('closes clients that never read, keeps those that do, and does not hold 200 MB for the former', async () => {
  const quiet = await growth(0);
  quiet.end();
  const withSlow = await growth(slowConsumers);
  const more = (withSlow.bytes - quiet.bytes) / megabyte;
  console.info(
    `memory grew by ${Math.round(quiet.bytes / megabyte)} MB without them, by ${Math.round(more)} MB more with`,
  );
  await waitUntil(async () => (await namesIn(withSlow.link)).length === 2, 10_000);
  expect((await namesIn(withSlow.link)).sort()).toEqual(['reader', 'writer']);
  expect(more).toBeLessThan(100);
  withSlow.end();
}, 300_000);
