/**
 * The line to the service: a partysocket that comes back by itself, after the close codes that allow it. It adds what
 * partysocket leaves open: trying at once in the middle of a pause, and telling a broken line from one that was closed.
 */
import ReconnectingWebSocket, { CloseEvent as BrokenOff } from 'partysocket/ws';
import { closeCodes, reconnectingCloseCodes } from '../shared/failures.ts';
import { Heartbeat } from './heartbeat.ts';

/** Milliseconds before the first and the longest pause between tries; the first is spread by as much again. */
const firstRetryMs = 500;
const longestRetryMs = 10_000;
const connectWithinMs = 10_000;

/** Seconds after which a client that was too much may come back; undefined where nothing was said of that. */
function pauseOf(code: number, reason: string): number | undefined {
  const [, seconds] = /come back in (\d{1,6}) s$/.exec(reason) ?? [];
  return code === closeCodes.flooding && seconds !== undefined ? Number(seconds) : undefined;
}

/** A class of sockets with the browser's interface. */
export type SocketClass = new (url: string) => object;

export interface LineOptions {
  /** `wss://…` */
  url: string;
  /** Where the platform has none of its own. */
  WebSocket?: SocketClass | undefined;
  /** Whether to come back after a code after which clients as a rule do not. */
  comesBackAfter?: (code: number) => boolean;
  onOpen: () => void;
  onText: (text: string) => void;
  /** The line is gone, and is being tried again. */
  onLost: () => void;
  /** The service closed it for good. */
  onEnded: (code: number, reason: string) => void;
}

export class Line {
  readonly #options: LineOptions;
  readonly #heartbeat: Heartbeat;
  #socket: ReconnectingWebSocket;
  /** Ends the listening to the socket. */
  #listening = new AbortController();
  #comesBack = true;
  #resting: ReturnType<typeof setTimeout> | undefined;

  /** Opens at once. */
  constructor(options: LineOptions) {
    this.#options = options;
    this.#socket = this.#open();
    this.#heartbeat = new Heartbeat(
      (ping) => this.say(ping),
      () => this.#socket.reconnect(1000, 'No answer'),
    );
  }

  /** @returns whether it went out; nothing is kept for later */
  say(text: string): boolean {
    return this.#socket.readyState === ReconnectingWebSocket.OPEN && this.#socket.send(text);
  }

  /** Tries now rather than after the pause. */
  reopen(): void {
    this.#drop();
    this.#socket = this.#open();
  }

  /** Closes for good; nothing more is heard. */
  close(): void {
    this.#heartbeat.stop();
    this.#drop();
  }

  #open(): ReconnectingWebSocket {
    const { url, WebSocket, onOpen } = this.#options;
    const socket = new ReconnectingWebSocket(url, undefined, {
      ...(WebSocket && { WebSocket }),
      // Anything it queued would be sent before `auth`.
      maxEnqueuedMessages: 0,
      minReconnectionDelay: firstRetryMs * (1 + Math.random()),
      maxReconnectionDelay: longestRetryMs,
      reconnectionDelayGrowFactor: 1.6,
      connectionTimeout: connectWithinMs,
      shouldReconnectOnClose: (event) => this.#comesBackAfter(event),
    });
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const opened = () => {
      onOpen();
      this.#heartbeat.beat();
    };
    socket.addEventListener('open', opened, { signal });
    socket.addEventListener('message', ({ data }) => this.#hear(data), { signal });
    socket.addEventListener('close', ({ code, reason }) => this.#lose(code, reason), { signal });
    return socket;
  }

  #drop(): void {
    clearTimeout(this.#resting);
    this.#listening.abort();
    this.#socket.close(1000, 'Left');
  }

  /** A line that broke (1006) comes as an event of partysocket's own, which says 1000. */
  #comesBackAfter(event: { readonly code: number; readonly reason: string }): boolean {
    const { code, reason } = event;
    const isToRest = pauseOf(code, reason) !== undefined;
    const mayComeBack = () => reconnectingCloseCodes.includes(code) || this.#options.comesBackAfter?.(code) === true;
    this.#comesBack = event instanceof BrokenOff || (!isToRest && mayComeBack());
    return this.#comesBack;
  }

  #hear(data: unknown): void {
    const text = typeof data === 'string' ? data : '';
    this.#heartbeat.hear(text.length);
    if (text) this.#options.onText(text);
  }

  #lose(code: number, reason: string): void {
    this.#heartbeat.hear();
    if (this.#comesBack) return this.#options.onLost();
    const pause = pauseOf(code, reason);
    if (pause !== undefined) return this.#rest(pause);
    this.close();
    this.#options.onEnded(code, reason);
  }

  /** Comes back when the room said, and a little later, so that not everyone does at once. */
  #rest(seconds: number): void {
    this.#drop();
    this.#resting = setTimeout(() => this.reopen(), seconds * 1_000 + firstRetryMs * (1 + Math.random()));
    this.#options.onLost();
  }
}
