/** A `RoomConnection` on a socket whose other end is the test. Needs fake timers. */
import { vi } from 'vitest';
import { RoomConnection, type RoomConnectionOptions, type RoomState } from '../../client/index.ts';
import type { ServerFrame } from '../../shared/server-frames.ts';
import { ready } from './frames.ts';

export class FakeSocket extends EventTarget {
  static opened: FakeSocket[] = [];
  readonly url: string;
  /** The frames that the client sent, without pings. */
  readonly sent: Record<string, unknown>[] = [];
  pings = 0;
  /** Whether each ping is answered. A client closes a socket that does not answer. */
  answersPings = false;
  readyState = 0;
  bufferedAmount = 0;
  binaryType = 'blob';

  constructor(url: string) {
    super();
    this.url = url;
    FakeSocket.opened.push(this);
  }

  send(text: string): void {
    if (text !== '{"type":"ping"}') return void this.sent.push(JSON.parse(text));
    this.pings++;
    if (this.answersPings) queueMicrotask(() => this.receive({ type: 'pong' }));
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  /** The client receives a frame. */
  receive(frame: ServerFrame): void {
    this.receiveText(JSON.stringify(frame));
  }

  receiveText(data: string): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  /** The room closes the socket. */
  closeWith(code: number, reason = ''): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason }));
  }

  /** The network fails: an error event, and no close event. */
  breakConnection(): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('error'), { error: new Error('cut'), message: 'cut' }));
  }

  /** The frames of one type that the client sent. */
  sentOf(type: string): Record<string, unknown>[] {
    return this.sent.filter((frame) => frame.type === type);
  }

  lastSent(type: string): Record<string, unknown> & { ref: string } {
    const frame = this.sentOf(type).at(-1);
    if (!frame) throw new Error(`no ${type} was sent`);
    return { ...frame, ref: String(frame.ref) };
  }

  /** Acknowledges the last frame of a type. */
  acknowledge(type: string, rev: number, messageId = rev): void {
    const { ref, clientId } = this.lastSent(type);
    const known = clientId === undefined ? {} : { clientId: String(clientId) };
    this.receive({ type: 'ack', ref, ...known, messageId, rev, createdAt: 0, duplicate: false });
  }

  /** Refuses the last frame of a type. */
  refuse(type: string, statusCode: number, retryAfter?: number): void {
    const { ref } = this.lastSent(type);
    this.receive({
      type: 'error',
      ref,
      statusCode,
      error: `${statusCode}`,
      ...(retryAfter !== undefined && { retryAfter }),
    });
  }
}

const connections: RoomConnection[] = [];

export interface Connected {
  connection: RoomConnection;
  state: () => RoomState;
}

export function connect(options: Partial<RoomConnectionOptions> = {}): Connected {
  const connection = new RoomConnection({
    origin: 'https://chat.example',
    link: 'abc',
    token: 'alice-token',
    onState: () => undefined,
    WebSocket: FakeSocket,
    ...options,
  });
  connections.push(connection);
  return { connection, state: () => connection.state };
}

/** Waits until `count` sockets were opened. @returns the last of them */
export async function socketNumber(count: number): Promise<FakeSocket> {
  for (let step = 0; step < 60 && FakeSocket.opened.length < count; step++) await vi.advanceTimersByTimeAsync(250);
  const socket = FakeSocket.opened[count - 1];
  if (!socket) throw new Error(`only ${FakeSocket.opened.length} sockets`);
  return socket;
}

/** Runs the timers that are due within so many milliseconds. */
export async function settle(milliseconds = 1): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

/** A connection that has received `ready`. @param frame fields of the `ready` frame */
export async function live(
  options: Partial<RoomConnectionOptions> = {},
  frame: Parameters<typeof ready>[0] = {},
): Promise<Connected & { socket: FakeSocket }> {
  const connected = connect(options);
  await settle();
  const socket = await socketNumber(1);
  socket.open();
  await settle();
  socket.receive(ready(frame));
  return { ...connected, socket };
}

/** To be called before each test. */
export function useFakeTimers(): void {
  vi.useFakeTimers();
  FakeSocket.opened = [];
}

/** To be called after each test. */
export function closeConnections(): void {
  for (const connection of connections.splice(0)) connection.close();
  vi.useRealTimers();
}
