/** A connection of which the test plays the other end. Time is to be faked. */
import { vi } from 'vitest';
import { RoomConnection, type RoomConnectionOptions, type RoomState } from '../../client/index.ts';
import type { ServerFrame } from '../../shared/frames.ts';
import { ready } from './frames.ts';

export class PlayedSocket extends EventTarget {
  static opened: PlayedSocket[] = [];
  readonly url: string;
  readonly heard: Record<string, unknown>[] = [];
  pings = 0;
  /** Whether it answers pings: what is silent for long is given up. */
  isAwake = false;
  readyState = 0;
  bufferedAmount = 0;
  binaryType = 'blob';

  constructor(url: string) {
    super();
    this.url = url;
    PlayedSocket.opened.push(this);
  }

  send(text: string): void {
    if (text !== '{"type":"ping"}') return void this.heard.push(JSON.parse(text));
    this.pings++;
    if (this.isAwake) queueMicrotask(() => this.say({ type: 'pong' }));
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  say(frame: ServerFrame): void {
    this.sayText(JSON.stringify(frame));
  }

  sayText(data: string): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  end(code: number, reason = ''): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason }));
  }

  /** As a line that breaks: an error, and no more. */
  cut(): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('error'), { error: new Error('cut'), message: 'cut' }));
  }

  /** What it was asked, of one type. */
  asked(type: string): Record<string, unknown>[] {
    return this.heard.filter((frame) => frame.type === type);
  }

  /** The last question of a type. */
  lastAsked(type: string): Record<string, unknown> & { ref: string } {
    const frame = this.asked(type).at(-1);
    if (!frame) throw new Error(`no ${type} was asked`);
    return { ...frame, ref: String(frame.ref) };
  }

  /** Acknowledges the last question of a type. */
  acknowledge(type: string, rev: number, messageId = rev): void {
    const { ref, clientId } = this.lastAsked(type);
    const known = clientId === undefined ? {} : { clientId: String(clientId) };
    this.say({ type: 'ack', ref, ...known, messageId, rev, createdAt: 0, duplicate: false });
  }

  /** Refuses the last question of a type. */
  refuse(type: string, statusCode: number, retryAfter?: number): void {
    const { ref } = this.lastAsked(type);
    this.say({
      type: 'error',
      ref,
      statusCode,
      error: `${statusCode}`,
      ...(retryAfter !== undefined && { retryAfter }),
    });
  }
}

const connections: RoomConnection[] = [];

export interface Played {
  connection: RoomConnection;
  state: () => RoomState;
}

export function connect(options: Partial<RoomConnectionOptions> = {}): Played {
  const connection = new RoomConnection({
    origin: 'https://chat.example',
    link: 'abc',
    token: 'alice-token',
    onState: () => undefined,
    WebSocket: PlayedSocket,
    ...options,
  });
  connections.push(connection);
  return { connection, state: () => connection.state };
}

/** The socket that was opened as number `count`. */
export async function socketNumber(count: number): Promise<PlayedSocket> {
  for (let step = 0; step < 60 && PlayedSocket.opened.length < count; step++) await vi.advanceTimersByTimeAsync(250);
  const socket = PlayedSocket.opened[count - 1];
  if (!socket) throw new Error(`only ${PlayedSocket.opened.length} sockets`);
  return socket;
}

/** Lets what is due within so many milliseconds happen. */
export async function settle(milliseconds = 1): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

/** A connection that was let in. */
export async function live(
  options: Partial<RoomConnectionOptions> = {},
  frame: Parameters<typeof ready>[0] = {},
): Promise<Played & { socket: PlayedSocket }> {
  const connected = connect(options);
  await settle();
  const socket = await socketNumber(1);
  socket.open();
  await settle();
  socket.say(ready(frame));
  return { ...connected, socket };
}

/** Before each test. */
export function beginPlay(): void {
  vi.useFakeTimers();
  PlayedSocket.opened = [];
}

/** After each test. */
export function endPlay(): void {
  for (const connection of connections.splice(0)) connection.close();
  vi.useRealTimers();
}
