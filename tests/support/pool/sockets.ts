/** Sockets to a room inside the Workers runtime, as a browser would hold them. */
import { exports } from 'cloudflare:workers';
import type { ServerFrame, ServerPresenceFrame, ServerReadyFrame } from '../../../shared/frames.ts';
import { makeRoom, origin } from './calls.ts';

type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** One socket and all it has heard. */
export class TestSocket {
  readonly heard: ServerFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;
  #taken = 0;
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.accept();
    socket.addEventListener('message', ({ data }) => {
      this.heard.push(JSON.parse(String(data)));
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      socket.addEventListener('close', ({ code, reason }) => {
        resolve({ code, reason });
        socket.close();
      });
    });
  }

  /** Sends a frame; a string goes as it is. */
  say(frame: unknown): void {
    this.#socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** Sends bytes, which the protocol does not know. */
  sayBytes(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  /** The next frame of that type; the frames before it are passed over. */
  next<T extends ServerFrame['type']>(type: T): Promise<FrameOf<T>> {
    return this.nextOf([type]);
  }

  /** The next frame of one of those types. */
  async nextOf<T extends ServerFrame['type']>(types: readonly T[]): Promise<FrameOf<T>> {
    for (;;) {
      for (; this.#taken < this.heard.length; this.#taken++) {
        const frame = this.heard[this.#taken];
        if (frame && types.some((type) => type === frame.type)) {
          this.#taken++;
          return frame as FrameOf<T>;
        }
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The first `presence` for which that holds. */
  async presence(holds: (frame: ServerPresenceFrame) => unknown): Promise<ServerPresenceFrame> {
    for (;;) {
      const frame = await this.next('presence');
      if (holds(frame)) return frame;
    }
  }

  /** Says who is there, and waits for `ready`. */
  async enter(auth: Record<string, unknown> = {}): Promise<ServerReadyFrame> {
    this.say({ type: 'auth', ...auth });
    return this.next('ready');
  }

  close(code = 1000): void {
    this.#socket.close(code);
  }
}

/** Opens a socket to a room, without saying anything. */
export async function connect(link: string, headers: Record<string, string> = {}): Promise<TestSocket> {
  const response = await exports.default.fetch(`${origin}/chat/${link}/ws`, {
    headers: { Upgrade: 'websocket', ...headers },
  });
  if (!response.webSocket) throw new Error(`no socket: ${response.status}`);
  return new TestSocket(response.webSocket);
}

/** A socket of somebody who is in the room; their token is their name. */
export async function enter(link: string, name?: string, auth: Record<string, unknown> = {}): Promise<TestSocket> {
  const socket = await connect(link);
  await socket.enter({ ...(name && { token: `${name}-token`, name }), ...auth });
  return socket;
}

/** A new room with those people in it. */
export async function openRoom<N extends string>(...names: N[]): Promise<{ link: string } & Record<N, TestSocket>> {
  const link = await makeRoom();
  const people = {} as Record<N, TestSocket>;
  for (const name of names) people[name] = await enter(link, name);
  return { link, ...people };
}
