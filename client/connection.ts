/**
 * A connection to one room that comes back by itself: `auth` first, the outbox after `ready`, resume by `{epoch, rev}`,
 * and a question when a `rev` was missed. What it learns goes through `advance` (state.ts).
 */
import ReconnectingWebSocket, { CloseEvent as BrokenOff } from 'partysocket/ws';
import { reconnectingCloseCodes } from '../shared/failures.ts';
import type { ServerFrame } from '../shared/frames.ts';
import { limits } from '../shared/limits.ts';
import { Heartbeat } from './heartbeat.ts';
import { advance, initialState, type OutgoingMessage, type RoomEvent, type RoomState, showsGap } from './state.ts';

/** Marks the question for an older page, and its answer. */
const olderRef = 'older';

/** Milliseconds before the first and the longest pause between tries; the first is spread by as much again. */
const firstRetryMs = 500;
const longestRetryMs = 10_000;

/** What a person shows to a room. */
export interface RoomCredentials {
  /** Says who they are; without one they may only read. */
  token?: string | undefined;
  /** Says what they may. */
  adminToken?: string | undefined;
  name?: string | undefined;
}

export interface RoomConnectionOptions extends RoomCredentials {
  /** Where the service is: `https://api.flexio.workers.dev`. */
  origin: string;
  link: string;
  /** What an earlier connection of the same person could not send: it goes out first, under the same ids. */
  outgoing?: readonly OutgoingMessage[];
  /** Called with each new state. */
  onState: (state: RoomState) => void;
  /** Called with each frame as it arrives, once it is part of the state. */
  onFrame?: (frame: ServerFrame) => void;
  /** Where the platform has none of its own. */
  WebSocket?: typeof WebSocket;
}

/** A random id for a message, unique to its author. */
function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class RoomConnection {
  readonly #options: RoomConnectionOptions;
  readonly #socket: ReconnectingWebSocket;
  readonly #heartbeat: Heartbeat;
  #credentials: RoomCredentials;
  #state: RoomState;
  /** A page of history, or what was missed, has been asked for and not come. */
  #waitingForOlder = false;
  #waitingForMissed = false;
  #comesBack = true;

  constructor(options: RoomConnectionOptions) {
    const { token, adminToken, name } = options;
    this.#options = options;
    this.#credentials = { token, adminToken, name };
    this.#state = { ...initialState, outgoing: [...(options.outgoing ?? [])] };
    const url = new URL(`/chat/${encodeURIComponent(options.link)}/ws`, options.origin);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    this.#socket = new ReconnectingWebSocket(url.href, undefined, {
      ...(options.WebSocket && { WebSocket: options.WebSocket }),
      // Anything it queued would be sent before `auth`.
      maxEnqueuedMessages: 0,
      minReconnectionDelay: firstRetryMs * (1 + Math.random()),
      maxReconnectionDelay: longestRetryMs,
      reconnectionDelayGrowFactor: 1.6,
      connectionTimeout: 10_000,
      shouldReconnectOnClose: (event) => this.#comesBackAfter(event),
    });
    this.#socket.addEventListener('open', () => this.#authenticate());
    this.#socket.addEventListener('message', ({ data }) => this.#hear(data));
    this.#socket.addEventListener('close', ({ code, reason }) => this.#lose(code, reason));
    this.#heartbeat = new Heartbeat(
      (ping) => this.#state.phase.name === 'live' && this.#socket.send(ping),
      () => this.#socket.reconnect(1000, 'No answer'),
    );
  }

  get state(): RoomState {
    return this.#state;
  }

  /**
   * Sends a message: now, or as soon as the connection is back; once, and in order.
   * @returns the id by which `outgoing` has it until it is acknowledged
   */
  send(text: string, replyTo?: number): string {
    const message: OutgoingMessage = {
      clientId: newClientId(),
      text,
      createdAt: Date.now(),
      ...(replyTo !== undefined && { replyTo }),
    };
    this.#note({ type: 'queued', message });
    if (this.#state.phase.name === 'live') this.#post(message);
    return message.clientId;
  }

  /** Sends a refused message again, under the same id. */
  retry(clientId: string): void {
    this.#note({ type: 'retried', clientId });
    const message = this.#state.outgoing.find((candidate) => candidate.clientId === clientId);
    if (message && this.#state.phase.name === 'live') this.#post(message);
  }

  /** Gives up a message that was not acknowledged. */
  discard(clientId: string): void {
    this.#note({ type: 'discarded', clientId });
  }

  /** Shows other credentials from now on; a change of token, which is another person, needs a new connection. */
  identify(credentials: Partial<RoomCredentials>): void {
    this.#credentials = { ...this.#credentials, ...credentials };
    if (this.#state.phase.name === 'live') this.#authenticate(false);
  }

  /** Asks for the page before the oldest message that is known. */
  loadOlder(): void {
    const [first] = this.#state.messages;
    if (!first || !this.#state.hasOlder || this.#waitingForOlder || this.#state.phase.name !== 'live') return;
    this.#waitingForOlder = true;
    this.#say({ type: 'history', ref: olderRef, before: first.id, limit: limits.pageSize });
  }

  /** Tries now rather than after the pause. */
  reconnect(): void {
    if (this.#state.phase.name !== 'live') this.#socket.reconnect();
  }

  /** Leaves for good. */
  close(): void {
    this.#heartbeat.stop();
    this.#socket.close(1000, 'Left');
  }

  #note(event: RoomEvent): void {
    this.#state = advance(this.#state, event);
    this.#options.onState(this.#state);
  }

  #say(frame: unknown): void {
    this.#socket.send(JSON.stringify(frame));
  }

  #authenticate(resuming = true): void {
    const { position } = this.#state;
    const resume = resuming && position ? { resume: position } : {};
    this.#say({ type: 'auth', ...this.#credentials, ...resume, batch: true, v: 1 });
  }

  #post({ clientId, text, replyTo }: OutgoingMessage): void {
    this.#say({ type: 'send', ref: clientId, clientId, text, replyTo });
  }

  #hear(data: unknown): void {
    this.#heartbeat.hear();
    if (typeof data !== 'string') return;
    const frame = JSON.parse(data) as ServerFrame;
    for (const one of frame.type === 'batch' ? frame.frames : [frame]) this.#take(one);
  }

  #take(frame: ServerFrame): void {
    if (showsGap(this.#state, frame)) {
      if (!this.#waitingForMissed) this.#authenticate();
      this.#waitingForMissed = true;
      return;
    }
    if ('ref' in frame && frame.ref === olderRef) this.#waitingForOlder = false;
    if (frame.type === 'ready') this.#waitingForMissed = false;
    const wasLive = this.#state.phase.name === 'live';
    this.#note({ type: 'frame', frame });
    this.#options.onFrame?.(frame);
    if (frame.type !== 'ready' || wasLive) return;
    this.#waitingForOlder = false;
    for (const message of this.#state.outgoing) {
      if (!message.failure && message.messageId === undefined) this.#post(message);
    }
  }

  /** A connection that broke (1006) comes as an event of partysocket's own, which says 1000. */
  #comesBackAfter(event: { readonly code: number }): boolean {
    this.#comesBack = event instanceof BrokenOff || reconnectingCloseCodes.includes(event.code);
    return this.#comesBack;
  }

  #lose(code: number, reason: string): void {
    this.#heartbeat.hear();
    this.#waitingForMissed = false;
    if (this.#comesBack) return this.#note({ type: 'lost', at: Date.now() });
    this.#heartbeat.stop();
    this.#note({ type: 'ended', code, reason });
  }
}
