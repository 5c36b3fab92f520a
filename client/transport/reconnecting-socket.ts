/**
 * A WebSocket that reconnects by itself, after the close codes that allow it. It adds to partysocket: reconnecting
 * immediately during the delay, the delay that the room requests, and the close code as the criterion.
 */
import ReconnectingWebSocket, { CloseEvent as PartySocketCloseEvent } from 'partysocket/ws';
import * as closeCodes from '../../shared/close-codes.ts';
import { Heartbeat } from './heartbeat.ts';

/** Milliseconds: the first and the longest delay between attempts. The first has as much jitter again. */
const minRetryDelayMs = 500;
const maxRetryDelayMs = 10_000;
const connectTimeoutMs = 10_000;

interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** @returns seconds after which a client that was closed for flooding may reconnect; undefined for all other closes */
function closeRetryAfter({ code, reason }: Closed): number | undefined {
  const [, seconds] = /come back in (\d{1,6}) s$/.exec(reason) ?? [];
  return code === closeCodes.flooding && seconds !== undefined ? Number(seconds) : undefined;
}

/** A class of sockets with the browser's interface. */
export type SocketClass = new (url: string) => object;

export interface ReconnectingSocketOptions {
  /** `wss://…` */
  url: string;
  /** A WebSocket class, if the platform has none. */
  WebSocket?: SocketClass | undefined;
  /** Whether to reconnect after a code that normally ends the connection. May be called twice for one close. */
  shouldReconnect: (code: number) => boolean;
  onOpen: () => void;
  onText: (text: string) => void;
  /** The socket closed, and a new one will be opened. */
  onLost: (code: number) => void;
  /** The service closed the socket permanently. */
  onEnded: (code: number, reason: string) => void;
}

export class ReconnectingSocket {
  readonly #options: ReconnectingSocketOptions;
  readonly #heartbeat: Heartbeat;
  #socket: ReconnectingWebSocket;
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

  /** @returns whether the text was sent; it is not queued */
  send(text: string): boolean {
    return this.#socket.readyState === ReconnectingWebSocket.OPEN && this.#socket.send(text);
  }

  /** Opens a new socket at once instead of after the delay. `onLost` is not called for the one before. */
  reconnectNow(): void {
    this.#detach();
    this.#socket = this.#open();
  }

  /** Closes permanently. No callback is called after this. */
  close(): void {
    this.#heartbeat.stop();
    this.#detach();
  }

  #open(): ReconnectingWebSocket {
    const { url, WebSocket, onOpen } = this.#options;
    const socket = new ReconnectingWebSocket(url, undefined, {
      ...(WebSocket && { WebSocket }),
      // partysocket would send its queue before `auth`.
      maxEnqueuedMessages: 0,
      minReconnectionDelay: minRetryDelayMs * (1 + Math.random()),
      maxReconnectionDelay: maxRetryDelayMs,
      reconnectionDelayGrowFactor: 1.6,
      connectionTimeout: connectTimeoutMs,
      shouldReconnectOnClose: (event) => this.#willReconnect(event),
    });
    // Not listeners: those get a copy of the event, which in Node always has partysocket's own class.
    socket.onopen = () => {
      onOpen();
      this.#heartbeat.ping();
    };
    socket.onmessage = ({ data }) => this.#onMessage(data);
    socket.onclose = (event) => this.#onClose(event);
    return socket;
  }

  #detach(): void {
    clearTimeout(this.#backOffTimer);
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket.close(1000, 'Left');
  }

  /** A connection that broke or timed out is reported as an event of partysocket's own class, with code 1000. */
  #willReconnect(event: Closed): boolean {
    if (event instanceof PartySocketCloseEvent) return true;
    if (closeRetryAfter(event) !== undefined) return false;
    return closeCodes.reconnecting.includes(event.code) || this.#options.shouldReconnect(event.code);
  }

  #onMessage(data: unknown): void {
    const text = typeof data === 'string' ? data : '';
    this.#heartbeat.onReceived(text.length);
    if (text) this.#options.onText(text);
  }

  #onClose(event: Closed): void {
    this.#heartbeat.onReceived();
    if (this.#willReconnect(event)) return this.#options.onLost(event.code);
    const retryAfter = closeRetryAfter(event);
    if (retryAfter !== undefined) return this.#backOff(event.code, retryAfter);
    this.close();
    this.#options.onEnded(event.code, event.reason);
  }

  /** Reconnects after the delay that the room requested, with jitter so that clients do not all reconnect at once. */
  #backOff(code: number, seconds: number): void {
    this.#detach();
    this.#backOffTimer = setTimeout(() => this.reconnectNow(), seconds * 1_000 + minRetryDelayMs * (1 + Math.random()));
    this.#options.onLost(code);
  }
}
