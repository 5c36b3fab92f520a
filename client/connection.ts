/**
 * A connection to one room that comes back by itself: `auth` first, the outbox after `ready`, resume by `{epoch, rev}`,
 * and a question when a `rev` was missed. What it learns goes through `advance` (state.ts).
 */
import { closeCodes } from '../shared/failures.ts';
import type { AckFrame, ErrorFrame, ServerFrame } from '../shared/frames.ts';
import { clientLimits as limits } from '../shared/limits.ts';
import type { ModerationAct, ModerationEntry } from '../shared/moderation.ts';
import { displayName } from '../shared/participant.ts';
import { socketPath } from '../shared/routes.ts';
import { ApiError } from './api.ts';
import { Asks } from './asks.ts';
import type { RoomCredentials } from './credentials.ts';
import { Introduction, type ShownCredentials } from './introduction.ts';
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
import { pageRefs } from './stretch.ts';
import { Turnstile } from './turnstile.ts';
import { TypistWord } from './typist.ts';

/** Marks the word of who one is, and the answer to it. */
const authRef = 'auth';

export interface RoomConnectionOptions extends RoomCredentials {
  /** Where the service is: `https://api.flexio.workers.dev`. */
  origin: string;
  link: string;
  /** What an earlier connection of the same person could not send: it goes out first, under the same ids. */
  outgoing?: readonly OutgoingMessage[];
  /** Called with each new state. */
  onState?: (state: RoomState) => void;
  /** Called with each frame as it arrives, once it is part of the state. */
  onFrame?: (frame: ServerFrame) => void;
  /** Closes the connection when it aborts. */
  signal?: AbortSignal;
  /** Where the platform has none of its own. */
  WebSocket?: SocketClass;
}

/** A message on its way. */
export interface Sending {
  /** By which `outgoing` has it until it is among the room's messages. */
  clientId: string;
  /**
   * Where it has its place, once it is stored. Rejects with `ApiError` where the room refuses it (403, 404, 409 …), or it
   * is given up; `retry` is then a new attempt.
   */
  stored: Promise<AckFrame>;
}

/** A random id for a message, unique to its author. */
function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function urlOf({ origin, link }: RoomConnectionOptions): string {
  const url = new URL(socketPath.replace(':link', encodeURIComponent(link)), origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

export class RoomConnection {
  readonly #options: RoomConnectionOptions;
  readonly #line: Line;
  readonly #turnstile: Turnstile;
  readonly #introduction: Introduction;
  readonly #asks = new Asks();
  readonly #sendings = new Asks();
  readonly #typist = new TypistWord((on) => this.#say({ type: 'typing', on }));
  #state: RoomState;
  /** Numbers the questions. */
  #asked = 0;
  /** What was missed has been asked for and not come. */
  #waitsForMissed = false;
  #passing: ReturnType<typeof setTimeout> | undefined;

  /** Connects at once. */
  constructor(options: RoomConnectionOptions) {
    const { token, adminToken, joinKey, name, outgoing = [], signal } = options;
    this.#options = options;
    const credentials = { token, adminToken, joinKey, name };
    this.#introduction = new Introduction(credentials, (shown) => this.#authenticate(shown));
    this.#state = { ...initialState, outgoing: outgoing.filter(({ messageId }) => messageId === undefined) };
    this.#turnstile = new Turnstile({
      next: () => this.#state.outgoing.find(({ failure, messageId }) => !failure && messageId === undefined),
      post: ({ clientId, text, replyTo }) => this.#say({ type: 'send', ref: clientId, clientId, text, replyTo }),
    });
    this.#line = new Line({
      url: urlOf(options),
      WebSocket: options.WebSocket,
      onOpen: () => this.#introduction.begin(),
      onText: (text) => this.#hear(text),
      onLost: () => this.#lose(),
      onEnded: (code, reason) => this.#end(code, reason),
    });
    if (signal?.aborted) this.close();
    signal?.addEventListener('abort', () => this.close());
  }

  get state(): RoomState {
    return this.#state;
  }

  /** Sends a message: now, or as soon as the connection is back; once, and in order. */
  send(text: string, replyTo?: number): Sending {
    const message: OutgoingMessage = {
      clientId: newClientId(),
      text,
      createdAt: Date.now(),
      ...(replyTo !== undefined && { replyTo }),
    };
    const { clientId } = message;
    const stored = this.#sendings.expect(clientId) as Promise<AckFrame>;
    if (this.#state.phase.name === 'ended') this.#sendings.fail('The connection has ended', clientId);
    this.#note({ type: 'queued', message });
    this.#typist.end();
    this.#sendNext();
    return { clientId, stored };
  }

  /** Sends a refused message again, under the same id. */
  retry(clientId: string): void {
    this.#note({ type: 'retried', clientId });
    this.#sendNext();
  }

  /** Gives up a message that was not acknowledged. */
  discard(clientId: string): void {
    this.#note({ type: 'discarded', clientId });
    this.#sendings.fail('Discarded', clientId);
  }

  /** Writes another text for a message. This and all that follows rejects with `ApiError`, 0 without a connection. */
  edit(messageId: number, text: string): Promise<AckFrame> {
    return this.#ask({ type: 'edit', messageId, text });
  }

  /** Leaves a tombstone of a message. */
  delete(messageId: number): Promise<AckFrame> {
    return this.#ask({ type: 'delete', messageId });
  }

  /** Gives a reaction or takes it back: in the state at once, and back again where it is refused. */
  async react(messageId: number, emoji: string, on: boolean): Promise<AckFrame> {
    const asked = this.#ask<AckFrame>({ type: 'react', messageId, emoji, on });
    if (this.#isLive()) this.#note({ type: 'reacted', messageId, emoji, on });
    return asked.catch((error: unknown) => {
      if (error instanceof ApiError && error.statusCode > 0) this.#note({ type: 'reacted', messageId, emoji, on: !on });
      throw error;
    });
  }

  /** Keeps order, as a moderator may. */
  async moderate(act: ModerationAct): Promise<ModerationEntry> {
    const { entry } = await this.#ask<{ entry: ModerationEntry }>({ type: 'moderate', ...act });
    return entry;
  }

  /** Tells the moderators of a message. */
  async report(messageId: number, reason?: string): Promise<ModerationEntry> {
    const { entry } = await this.#ask<{ entry: ModerationEntry }>({ type: 'report', messageId, reason });
    return entry;
  }

  /** To be called at each key, and with false when the text is gone; the room hears of it now and then. */
  typing(on: boolean): void {
    if (!on) this.#typist.end();
    else if (this.#isLive() && this.#state.self) this.#typist.type(Date.now());
  }

  /** One has read up to a message; the mark only moves forward. */
  read(messageId: number): void {
    const { reading } = this.#state;
    if (!this.#isLive() || !reading || reading.messageId >= messageId) return;
    this.#say({ type: 'read', messageId });
    this.#note({ type: 'read', messageId });
  }

  /** Shows other credentials from now on; a change of token, which is another person, needs a new connection. */
  identify(credentials: Partial<RoomCredentials>): void {
    this.#introduction.change(credentials);
    if (this.#isLive()) this.#introduction.begin();
  }

  /** Asks for the page before the oldest message that is known. */
  loadOlder(): void {
    const [first] = this.#state.messages;
    if (first && this.#state.hasOlder) this.#turnPage({ ref: pageRefs.older, before: first.id });
  }

  /** Asks for the page after the newest one that is known, after a jump. */
  loadNewer(): void {
    const last = this.#state.messages.at(-1);
    if (last && this.#state.hasNewer) this.#turnPage({ ref: pageRefs.newer, after: last.id });
  }

  /** Jumps to a message, where it is not among those that are known. Rejects with 404 where it never was. */
  async goTo(messageId: number): Promise<void> {
    if (this.#state.messages.some(({ id }) => id === messageId)) return;
    await this.#ask({ type: 'history', around: messageId, limit: limits.pageSize }, pageRefs.around);
  }

  /** Comes back to the newest messages after a jump. */
  async goToNewest(): Promise<void> {
    if (this.#state.hasNewer) await this.#ask({ type: 'history', limit: limits.pageSize }, pageRefs.newest);
  }

  /** Lets go of all but the newest so many messages; they are loaded again where they are wanted. */
  trim(keep: number): void {
    if (this.#state.messages.length > keep) this.#note({ type: 'trimmed', keep });
  }

  /** Tries now rather than after the pause. Nothing where the connection stands, or has ended. */
  reconnect(): void {
    const { name } = this.#state.phase;
    if (name === 'connecting' || name === 'reconnecting') this.#line.reopen();
  }

  /** Leaves for good. */
  close(): void {
    this.#line.close();
    this.#end(1000, 'Left');
  }

  #isLive(): boolean {
    return this.#state.phase.name === 'live';
  }

  #end(code: number, reason: string): void {
    if (this.#state.phase.name === 'ended') return;
    this.#forgetLine();
    clearTimeout(this.#passing);
    this.#note({ type: 'ended', code, reason });
    this.#sendings.fail(reason);
  }

  #note(event: RoomEvent): void {
    const before = this.#state;
    this.#state = advance(before, event);
    if (this.#state.typing !== before.typing) this.#awaitTypists();
    if (this.#state !== before) this.#options.onState?.(this.#state);
  }

  /** Those who type and say nothing more of it have ended. */
  #awaitTypists(): void {
    clearTimeout(this.#passing);
    const { typing } = this.#state;
    if (typing.length === 0) return;
    const next = Math.min(...typing.map(({ until }) => until));
    this.#passing = setTimeout(() => this.#note({ type: 'passed', at: Date.now() }), next - Date.now());
  }

  #say(frame: unknown): boolean {
    return this.#line.say(JSON.stringify(frame));
  }

  #ask<T = AckFrame>(frame: object, ref = `ask-${++this.#asked}`): Promise<T> {
    const answer = this.#asks.expect(ref) as Promise<T>;
    if (!this.#isLive() || !this.#say({ ...frame, ref })) this.#asks.fail('No connection', ref);
    return answer;
  }

  /** One page at a time: each begins where the one before ended. */
  #turnPage({ ref, ...place }: { ref: string; before?: number; after?: number }): void {
    if (!this.#isLive() || Object.values(pageRefs).some((one) => this.#asks.has(one))) return;
    void this.#ask({ type: 'history', ...place, limit: limits.pageSize }, ref);
  }

  /** The next message goes out, and one is where it will be seen. */
  #sendNext(): void {
    if (!this.#isLive()) return;
    if (this.#state.hasNewer && this.#state.outgoing.length > 0) void this.goToNewest();
    this.#turnstile.turn();
  }

  #authenticate({ name, ...credentials }: ShownCredentials): void {
    const { position, self } = this.#state;
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
      if (!this.#waitsForMissed) this.#introduction.begin();
      this.#waitsForMissed = true;
      return;
    }
    const wasLive = this.#isLive();
    if (frame.type === 'ready') this.#waitsForMissed = false;
    this.#note({ type: 'frame', frame, at: Date.now() });
    this.#options.onFrame?.(frame);
    this.#asks.hear(frame);
    if (frame.type === 'ready') this.#enter(frame.expiresAt);
    else if (frame.type === 'ack' && frame.clientId) this.#stored(frame, frame.clientId);
    else if (frame.type === 'error' && frame.ref !== undefined) this.#refused(frame, String(frame.ref), wasLive);
  }

  #enter(expiresAt: number | undefined): void {
    this.#introduction.taken(expiresAt);
    this.#sendNext();
  }

  #stored(frame: AckFrame, clientId: string): void {
    this.#sendings.hear({ ...frame, ref: clientId });
    this.#turnstile.answered(clientId);
  }

  #refused(frame: ErrorFrame, ref: string, wasLive: boolean): void {
    const pause = pauseOf(frame);
    this.#turnstile.answered(ref, pause);
    if (pause === undefined) this.#sendings.hear(frame);
    if (ref !== authRef) return;
    // What was missed is still missing where the question for it was refused.
    if (wasLive && this.#waitsForMissed) this.#introduction.beginIn((pause ?? 1) * 1_000);
    // The same words would be refused again and again.
    if (!wasLive && frame.statusCode === 400) {
      this.#line.close();
      this.#end(closeCodes.badFrames, frame.error);
    }
  }

  /** Nothing that was said on this line is answered any more. */
  #forgetLine(): void {
    this.#introduction.reset();
    this.#waitsForMissed = false;
    this.#typist.reset();
    this.#turnstile.reset();
    this.#asks.fail('The connection was lost');
  }

  #lose(): void {
    this.#forgetLine();
    this.#note({ type: 'lost', at: Date.now() });
  }
}
