/** WebSocket connections to a room inside the Workers runtime, as a browser would open them. */
import { exports } from 'cloudflare:workers';
import type { ServerFrame, ServerPresenceFrame, ServerReadyFrame } from '../../../shared/server-frames.ts';
import { makeRoom, origin } from './calls.ts';

type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** One socket and all the frames that it has received. */
export class TestSocket {
  readonly received: ServerFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;
  /** How many frames of `received` earlier calls of `next` have returned or skipped. */
  #read = 0;
  #onFrame: () => void = () => undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.accept();
    socket.addEventListener('message', ({ data }) => {
      this.received.push(JSON.parse(String(data)));
      this.#onFrame();
    });
    this.closed = new Promise((resolve) => {
      socket.addEventListener('close', ({ code, reason }) => {
        resolve({ code, reason });
        socket.close();
      });
    });
  }

  /** Sends a frame as JSON; a string is sent unchanged. */
  send(frame: unknown): void {
    this.#socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** Sends a binary frame, which the protocol does not allow. */
  sendBytes(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  /** Waits for the next frame of that type, and skips the frames before it. */
  next<T extends ServerFrame['type']>(type: T): Promise<FrameOf<T>> {
    return this.nextOf([type]);
  }

  /** Waits for the next frame of one of those types, and skips the frames before it. */
  async nextOf<T extends ServerFrame['type']>(types: readonly T[]): Promise<FrameOf<T>> {
    for (;;) {
      for (; this.#read < this.received.length; this.#read++) {
        const frame = this.received[this.#read];
        if (frame && types.some((type) => type === frame.type)) {
          this.#read++;
          return frame as FrameOf<T>;
        }
      }
      await new Promise<void>((resolve) => {
        this.#onFrame = resolve;
      });
    }
  }

  /** Waits for the first `presence` frame that matches. */
  async presence(matches: (frame: ServerPresenceFrame) => unknown): Promise<ServerPresenceFrame> {
    for (;;) {
      const frame = await this.next('presence');
      if (matches(frame)) return frame;
    }
  }

  /** Sends an `auth` frame and waits for `ready`. */
  async auth(auth: Record<string, unknown> = {}): Promise<ServerReadyFrame> {
    this.send({ type: 'auth', ...auth });
    return this.next('ready');
  }

  close(code = 1000): void {
    this.#socket.close(code);
  }
}

/** Opens a socket to a room without sending a frame. */
export async function connect(link: string, headers: Record<string, string> = {}): Promise<TestSocket> {
  const response = await exports.default.fetch(`${origin}/chat/${link}/ws`, {
    headers: { Upgrade: 'websocket', ...headers },
  });
  if (!response.webSocket) throw new Error(`no socket: ${response.status}`);
  return new TestSocket(response.webSocket);
}

/** Opens an authenticated socket. @param name also gives the token, `<name>-token`; without it, the socket is a viewer's */
export async function joinRoom(link: string, name?: string, auth: Record<string, unknown> = {}): Promise<TestSocket> {
  const socket = await connect(link);
  await socket.auth({ ...(name && { token: `${name}-token`, name }), ...auth });
  return socket;
}

/** Creates a room and joins it with one socket for each name. */
export async function openRoom<N extends string>(...names: N[]): Promise<{ link: string } & Record<N, TestSocket>> {
  const link = await makeRoom();
  const sockets = {} as Record<N, TestSocket>;
  for (const name of names) sockets[name] = await joinRoom(link, name);
  return { link, ...sockets };
}
