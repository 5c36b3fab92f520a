/**
 * A connection to one room that comes back by itself: `auth` first, the outbox after `ready`, resume by `{epoch, rev}`,
 * and a question when a `rev` was missed. What it learns goes through `advance` (state.ts).
 */
import { closeCodes } from '../shared/failures.ts';
import type { ServerFrame } from '../shared/frames.ts';
import { limits } from '../shared/limits.ts';
import { displayName } from '../shared/participant.ts';
import { Line, type SocketClass } from './line.ts';
import {
  advance,
  initialState,
  type OutgoingMessage,
  pauseOf,
  type RoomEvent,
  type RoomState,
  showsGap,
} from './state.ts';
import { Turnstile } from './turnstile.ts';

/** Mark the question for an older page and the word of who one is, and the answers to them. */
const olderRef = 'older';
const authRef = 'auth';

/** What a person shows to a room. */
export interface RoomCredentials {
  /** Says who they are; without one they may only read. */
  token?: string | undefined;
  /** Says what they may. */
  adminToken?: string | undefined;
  /** Opens a private room: its join key, or an invitation. */
  joinKey?: string | undefined;
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
  WebSocket?: SocketClass;
}

/** A random id for a message, unique to its author. */
function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function urlOf({ origin, link }: RoomConnectionOptions): string {
  const url = new URL(`/chat/${encodeURIComponent(link)}/ws`, origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

export class RoomConnection {
  readonly #options: RoomConnectionOptions;
  readonly #line: Line;
  readonly #turnstile: Turnstile;
  #credentials: RoomCredentials;
  #state: RoomState;
  /** A page of history, or what was missed, has been asked for and not come. */
  #waitingForOlder = false;
  #waitingForMissed = false;
  #asking: ReturnType<typeof setTimeout> | undefined;

  /** Connects at once. */
  constructor(options: RoomConnectionOptions) {
    const { token, adminToken, joinKey, name, outgoing = [] } = options;
    this.#options = options;
    this.#credentials = { token, adminToken, joinKey, name };
    this.#state = { ...initialState, outgoing: outgoing.filter(({ messageId }) => messageId === undefined) };
    this.#turnstile = new Turnstile({
      next: () => this.#state.outgoing.find(({ failure, messageId }) => !failure && messageId === undefined),
      post: ({ clientId, text, replyTo }) => this.#say({ type: 'send', ref: clientId, clientId, text, replyTo }),
    });
    this.#line = new Line({
      url: urlOf(options),
      WebSocket: options.WebSocket,
      onOpen: () => this.#authenticate(),
      onText: (text) => this.#hear(text),
      onLost: () => this.#lose(),
      onEnded: (code, reason) => this.#note({ type: 'ended', code, reason }),
    });
  }

  get state(): RoomState {
    return this.#state;
  }

  /**
   * Sends a message: now, or as soon as the connection is back; once, and in order.
   * @returns the id by which `outgoing` has it until it is among the room's messages
   */
  send(text: string, replyTo?: number): string {
    const message: OutgoingMessage = {
      clientId: newClientId(),
      text,
      createdAt: Date.now(),
      ...(replyTo !== undefined && { replyTo }),
    };
    this.#note({ type: 'queued', message });
    if (this.#isLive()) this.#turnstile.turn();
    return message.clientId;
  }

  /** Sends a refused message again, under the same id. */
  retry(clientId: string): void {
    this.#note({ type: 'retried', clientId });
    if (this.#isLive()) this.#turnstile.turn();
  }

  /** Gives up a message that was not acknowledged. */
  discard(clientId: string): void {
    this.#note({ type: 'discarded', clientId });
  }

  /** Shows other credentials from now on; a change of token, which is another person, needs a new connection. */
  identify(credentials: Partial<RoomCredentials>): void {
    this.#credentials = { ...this.#credentials, ...credentials };
    if (this.#isLive()) this.#authenticate();
  }

  /** Asks for the page before the oldest message that is known. */
  loadOlder(): void {
    const [first] = this.#state.messages;
    if (!first || !this.#state.hasOlder || this.#waitingForOlder || !this.#isLive()) return;
    this.#waitingForOlder = true;
    this.#say({ type: 'history', ref: olderRef, before: first.id, limit: limits.pageSize });
  }

  /** Tries now rather than after the pause. Nothing where the connection stands, or has ended. */
  reconnect(): void {
    const { name } = this.#state.phase;
    if (name === 'connecting' || name === 'reconnecting') this.#line.reopen();
  }

  /** Leaves for good. */
  close(): void {
    this.#end(1000, 'Left');
  }

  #isLive(): boolean {
    return this.#state.phase.name === 'live';
  }

  #end(code: number, reason: string): void {
    clearTimeout(this.#asking);
    this.#turnstile.reset();
    this.#line.close();
    this.#note({ type: 'ended', code, reason });
  }

  #note(event: RoomEvent): void {
    this.#state = advance(this.#state, event);
    this.#options.onState(this.#state);
  }

  #say(frame: unknown): void {
    this.#line.say(JSON.stringify(frame));
  }

  #authenticate(): void {
    const { position, self } = this.#state;
    const { name, ...credentials } = this.#credentials;
    // No name at all would keep the one that the room knows.
    const shown = name || (self ? displayName(self.id, undefined) : undefined);
    const resume = position ? { resume: position } : {};
    this.#say({ type: 'auth', ref: authRef, ...credentials, name: shown, ...resume, batch: true, v: 1 });
  }

  #hear(text: string): void {
    const frame = JSON.parse(text) as ServerFrame;
    for (const one of frame.type === 'batch' ? frame.frames : [frame]) this.#take(one);
  }

  #take(frame: ServerFrame): void {
    if (showsGap(this.#state, frame)) {
      if (!this.#waitingForMissed) this.#authenticate();
      this.#waitingForMissed = true;
      return;
    }
    const wasLive = this.#isLive();
    if ('ref' in frame && frame.ref === olderRef) this.#waitingForOlder = false;
    if (frame.type === 'ready') this.#waitingForMissed = false;
    this.#note({ type: 'frame', frame });
    this.#options.onFrame?.(frame);
    if (frame.type === 'ack' && frame.clientId) this.#turnstile.answered(frame.clientId);
    if (frame.type === 'error' && frame.ref) this.#turnstile.answered(String(frame.ref), pauseOf(frame));
    if (wasLive) return this.#askAgain(frame);
    if (frame.type === 'ready') this.#turnstile.turn();
    // The same words would be refused again and again.
    if (frame.type === 'error' && frame.ref === authRef && frame.statusCode === 400) {
      this.#end(closeCodes.badFrames, frame.error);
    }
  }

  /** What was missed is still missing where the question for it was refused: it is asked again. */
  #askAgain(frame: ServerFrame): void {
    if (frame.type !== 'error' || frame.ref !== authRef || !this.#waitingForMissed) return;
    this.#asking = setTimeout(() => this.#authenticate(), (pauseOf(frame) ?? 1) * 1_000);
  }

  #lose(): void {
    clearTimeout(this.#asking);
    this.#waitingForOlder = false;
    this.#waitingForMissed = false;
    this.#turnstile.reset();
    this.#note({ type: 'lost', at: Date.now() });
  }
}
