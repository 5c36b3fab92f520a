/**
 * The line to the service: a partysocket that comes back by itself, after the close codes that allow it. It adds what
 * partysocket leaves open: trying at once in the middle of a pause, and telling a broken line from one that was closed.
 */
import ReconnectingWebSocket, { CloseEvent as BrokenOff } from 'partysocket/ws';
import { closeCodes, reconnectingCloseCodes } from '../../shared/failures.ts';
import { Heartbeat } from './heartbeat.ts';

/** Milliseconds before the first and the longest pause between tries; the first is spread by as much again. */
const minRetryDelayMs = 500;
const maxRetryDelayMs = 10_000;
const connectTimeoutMs = 10_000;

/** Seconds after which a client that was too much may come back; undefined where nothing was said of that. */
function closeRetryAfter(code: number, reason: string): number | undefined {
  const [, seconds] = /come back in (\d{1,6}) s$/.exec(reason) ?? [];
  return code === closeCodes.flooding && seconds !== undefined ? Number(seconds) : undefined;
}

/** A class of sockets with the browser's interface. */
export type SocketClass = new (url: string) => object;

export interface ReconnectingSocketOptions {
  /** `wss://…` */
  url: string;
  /** Where the platform has none of its own. */
  WebSocket?: SocketClass | undefined;
  /** Whether to come back after a code after which clients as a rule do not. */
  shouldReconnect?: (code: number) => boolean;
  onOpen: () => void;
  onText: (text: string) => void;
  /** The line is gone, and is being tried again. */
  onLost: () => void;
  /** The service closed it for good. */
  onEnded: (code: number, reason: string) => void;
}

export class ReconnectingSocket {
  readonly #options: ReconnectingSocketOptions;
  readonly #heartbeat: Heartbeat;
  #socket: ReconnectingWebSocket;
  /** Ends the listening to the socket. */
  #socketListeners = new AbortController();
  #willReconnect = true;
  #backOffTimer: ReturnType<typeof setTimeout> | undefined;

  /** Opens at once. */
  constructor(options: ReconnectingSocketOptions) {
    this.#options = options;
    this.#socket = this.#open();
    this.#heartbeat = new Heartbeat(
      (ping) => this.send(ping),
      () => this.#socket.reconnect(1000, 'No answer'),
    );
  }

  /** @returns whether it went out; nothing is kept for later */
  send(text: string): boolean {
    return this.#socket.readyState === ReconnectingWebSocket.OPEN && this.#socket.send(text);
  }

  /** Tries now rather than after the pause. */
  reconnectNow(): void {
    this.#detach();
    this.#socket = this.#open();
  }

  /** Closes for good; nothing more is heard. */
  close(): void {
    this.#heartbeat.stop();
    this.#detach();
  }

  #open(): ReconnectingWebSocket {
    const { url, WebSocket, onOpen } = this.#options;
    const socket = new ReconnectingWebSocket(url, undefined, {
      ...(WebSocket && { WebSocket }),
      // Anything it queued would be sent before `auth`.
      maxEnqueuedMessages: 0,
      minReconnectionDelay: minRetryDelayMs * (1 + Math.random()),
      maxReconnectionDelay: maxRetryDelayMs,
      reconnectionDelayGrowFactor: 1.6,
      connectionTimeout: connectTimeoutMs,
      shouldReconnectOnClose: (event) => this.#shouldReconnect(event),
    });
    this.#socketListeners = new AbortController();
    const { signal } = this.#socketListeners;
    const handleOpen = () => {
      onOpen();
      this.#heartbeat.ping();
    };
    socket.addEventListener('open', handleOpen, { signal });
    socket.addEventListener('message', ({ data }) => this.#onMessage(data), { signal });
    socket.addEventListener('close', ({ code, reason }) => this.#onClose(code, reason), { signal });
    return socket;
  }

  #detach(): void {
    clearTimeout(this.#backOffTimer);
    this.#socketListeners.abort();
    this.#socket.close(1000, 'Left');
  }

  /** A line that broke (1006) comes as an event of partysocket's own, which says 1000. */
  #shouldReconnect(event: { readonly code: number; readonly reason: string }): boolean {
    const { code, reason } = event;
    const mustBackOff = closeRetryAfter(code, reason) !== undefined;
    const mayReconnect = () => reconnectingCloseCodes.includes(code) || this.#options.shouldReconnect?.(code) === true;
    this.#willReconnect = event instanceof BrokenOff || (!mustBackOff && mayReconnect());
    return this.#willReconnect;
  }

  #onMessage(data: unknown): void {
    const text = typeof data === 'string' ? data : '';
    this.#heartbeat.onReceived(text.length);
    if (text) this.#options.onText(text);
  }

  #onClose(code: number, reason: string): void {
    this.#heartbeat.onReceived();
    if (this.#willReconnect) return this.#options.onLost();
    const retryAfter = closeRetryAfter(code, reason);
    if (retryAfter !== undefined) return this.#backOff(retryAfter);
    this.close();
    this.#options.onEnded(code, reason);
  }

  /** Comes back when the room said, and a little later, so that not everyone does at once. */
  #backOff(seconds: number): void {
    this.#detach();
    this.#backOffTimer = setTimeout(() => this.reconnectNow(), seconds * 1_000 + minRetryDelayMs * (1 + Math.random()));
    this.#options.onLost();
  }
}
