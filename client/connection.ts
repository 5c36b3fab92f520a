/**
 * A connection to one room that comes back by itself: `auth` first, the outbox after `ready`, resume by `{epoch, rev}`,
 * and a question when a `rev` was missed. What it learns goes through `advance` (state.ts).
 */
import { closeCodes } from '../shared/failures.ts';
import type { ServerAckFrame, ServerErrorFrame, ServerFrame, ServerReadyFrame } from '../shared/frames.ts';
import { countBytes, clientLimits as limits } from '../shared/limits.ts';
import type { ModerationAct, ModerationEntry } from '../shared/moderation.ts';
import { displayName } from '../shared/participant.ts';
import { socketPath } from '../shared/paths.ts';
import { Asks, unawaited } from './asks.ts';
import type { RoomCredentials } from './credentials.ts';
import { framesIn, type SingleFrame, tell } from './hearing.ts';
import { Introduction, type ShownCredentials } from './introduction.ts';
import { Line, type SocketClass } from './line.ts';
import { Outbox, type Sending } from './outbox.ts';
import { Pager } from './pager.ts';
import {
  advance,
  initialState,
  type OutgoingMessage,
  pauseOf,
  type RoomEvent,
  type RoomState,
  showsGap,
} from './state.ts';
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

/** A frame of this client. */
interface Said {
  ref?: string;
  [field: string]: unknown;
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
  readonly #introduction: Introduction;
  readonly #asks = new Asks();
  readonly #outbox = new Outbox({
    outgoing: () => this.#state.outgoing,
    isHeld: () => this.#introduction.isUnderWay,
    post: ({ clientId, text, replyTo }) => this.#say({ type: 'send', ref: clientId, clientId, text, replyTo }),
  });
  readonly #typist = new TypistWord((on) => this.#say({ type: 'typing', on }));
  readonly #pager = new Pager({
    state: () => this.#state,
    ask: (question, ref) => this.#ask(question, ref),
    isAsked: (ref) => this.#asks.has(ref),
  });
  /** Ends the listening to the caller's signal. */
  readonly #listening = new AbortController();
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
    this.#line = new Line({
      url: urlOf(options),
      WebSocket: options.WebSocket,
      comesBackAfter: (code) => code === closeCodes.credential && this.#introduction.triesAgain(),
      onOpen: () => this.#introduction.begin(),
      onText: (text) => this.#hear(text),
      onLost: () => this.#lose(),
      onEnded: (code, reason) => this.#end(code, reason),
    });
    if (signal?.aborted) this.close();
    signal?.addEventListener('abort', () => this.close(), { signal: this.#listening.signal });
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
    this.#note({ type: 'queued', message });
    this.#typist.end();
    return this.#dispatch(message.clientId);
  }

  /** Sends a refused message again, under the same id. */
  retry(clientId: string): Sending {
    this.#note({ type: 'retried', clientId });
    return this.#dispatch(clientId);
  }

  /** Gives up a message that was not acknowledged. */
  discard(clientId: string): void {
    this.#note({ type: 'discarded', clientId });
    this.#outbox.discard(clientId);
  }

  /** Writes another text for a message. This and all that follows rejects with `ApiError`, 0 without a connection. */
  edit(messageId: number, text: string): Promise<ServerAckFrame> {
    return this.#ask({ type: 'edit', messageId, text });
  }

  /** Leaves a tombstone of a message. */
  delete(messageId: number): Promise<ServerAckFrame> {
    return this.#ask({ type: 'delete', messageId });
  }

  /** Gives a reaction or takes it back: in the state at once, and back again where it is refused or lost. */
  react(messageId: number, emoji: string, on: boolean): Promise<ServerAckFrame> {
    const asked = this.#ask({ type: 'react', messageId, emoji, on });
    const before = this.#state;
    if (this.#isLive()) this.#note({ type: 'reacted', messageId, emoji, on });
    const shownAt = before.messages.find(({ id }) => id === messageId)?.rev;
    const wasShown = this.#state.messages !== before.messages && shownAt !== undefined;
    const answered = asked.catch((error: unknown) => {
      if (wasShown) this.#note({ type: 'reacted', messageId, emoji, on: !on, shownAt });
      throw error;
    });
    return unawaited(answered);
  }

  /** Keeps order, as a moderator may. */
  moderate(act: ModerationAct): Promise<ModerationEntry> {
    return this.#askForEntry({ type: 'moderate', ...act });
  }

  /** Tells the moderators of a message. */
  report(messageId: number, reason?: string): Promise<ModerationEntry> {
    return this.#askForEntry({ type: 'report', messageId, reason });
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
    // One who is not let in yet is introduced again once they are.
    if (this.#isLive()) this.#introduction.begin();
  }

  /** Loads the page before the oldest message that is known. */
  loadOlder(): Promise<void> {
    return unawaited(this.#pager.older());
  }

  /** Loads the page after the newest one that is known, after a jump. */
  loadNewer(): Promise<void> {
    return unawaited(this.#pager.newer());
  }

  /** Jumps to a message, where it is not among those that are known. Rejects with 404 where it is not in the log. */
  goTo(messageId: number): Promise<void> {
    return unawaited(this.#pager.goTo(messageId));
  }

  /** Comes back to the newest messages after a jump. */
  goToNewest(): Promise<void> {
    return unawaited(this.#pager.goToNewest());
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
    this.#quit(1000, 'Left');
  }

  #hasEnded(): boolean {
    return this.#state.phase.name === 'ended';
  }

  #isLive(): boolean {
    return this.#state.phase.name === 'live';
  }

  #end(code: number, reason: string): void {
    if (this.#hasEnded()) return;
    this.#listening.abort();
    this.#forgetLine();
    this.#note({ type: 'ended', code, reason });
    this.#outbox.end(reason);
  }

  #quit(code: number, reason: string): void {
    this.#line.close();
    this.#end(code, reason);
  }

  #note(event: RoomEvent): void {
    const before = this.#state;
    this.#state = advance(before, event);
    if (this.#state.typing !== before.typing) this.#awaitTypists();
    if (this.#state !== before) tell(this.#options.onState, this.#state);
  }

  /** Those who type and say nothing more of it have ended. */
  #awaitTypists(): void {
    clearTimeout(this.#passing);
    const { typing } = this.#state;
    if (typing.length === 0) return;
    const next = Math.min(...typing.map(({ until }) => until));
    this.#passing = setTimeout(() => this.#note({ type: 'passed', at: next }), next - Date.now());
  }

  #say(frame: Said): boolean {
    const text = JSON.stringify(frame);
    if (text.length * 3 <= limits.frameBytes || countBytes(text) <= limits.frameBytes) return this.#line.say(text);
    // The room would hang up over it, for good.
    this.#take({ type: 'error', ref: frame.ref ?? '', statusCode: 413, error: 'Frame too large' });
    return true;
  }

  #ask<T = ServerAckFrame>(question: object, ref = `ask-${++this.#asked}`): Promise<T> {
    const answer = this.#asks.expect(ref) as Promise<T>;
    if (!this.#isLive() || !this.#say({ ...question, ref })) this.#asks.fail('No connection', ref);
    return answer;
  }

  #askForEntry(question: object): Promise<ModerationEntry> {
    return unawaited(this.#ask<{ entry: ModerationEntry }>(question).then(({ entry }) => entry));
  }

  #dispatch(clientId: string): Sending {
    const sending = this.#outbox.follow(clientId, this.#hasEnded());
    this.#sendNext();
    return sending;
  }

  /** The next message goes out, and one is where it will be seen. */
  #sendNext(): void {
    if (!this.#isLive()) return;
    if (this.#outbox.next) void this.goToNewest();
    this.#outbox.turn();
  }

  #authenticate({ name, ...credentials }: ShownCredentials): void {
    const { position, self } = this.#state;
    // No name at all would keep the one that the room knows.
    const shown = name || (self ? displayName(self.id, undefined) : undefined);
    const resume = position ? { resume: position } : {};
    this.#say({ type: 'auth', ref: authRef, ...credentials, name: shown, ...resume, batch: true, v: 1 });
    // What waited for it goes out behind it.
    if (this.#isLive()) this.#outbox.turn();
  }

  #hear(text: string): void {
    for (const frame of framesIn(text)) this.#take(frame);
  }

  #take(frame: SingleFrame): void {
    // A listener may have closed in the middle of a batch.
    if (this.#hasEnded()) return;
    if (showsGap(this.#state, frame)) return this.#askForMissed();
    if (frame.type === 'ready' && this.#isOfAnother(frame)) return this.#quit(closeCodes.credential, 'Another person');
    if (frame.type === 'error' && this.#holds(frame)) return this.#introduction.begin();
    const wasLive = this.#isLive();
    if (frame.type === 'ready') this.#waitsForMissed = false;
    // Whoever waits for the answer has it, whatever listeners do about it.
    this.#asks.hear(frame);
    this.#outbox.settle(frame);
    this.#note({ type: 'frame', frame, at: Date.now() });
    tell(this.#options.onFrame, frame);
    if (this.#hasEnded()) return;
    if (frame.type === 'ready') this.#enter(frame.expiresAt, wasLive);
    else if (frame.type === 'ack' && frame.clientId) this.#outbox.goOn(frame);
    else if (frame.type === 'error' && frame.ref !== undefined) this.#refused(frame, String(frame.ref), wasLive);
    // All that was left after a jump is no longer kept.
    if (this.#isLive() && this.#state.hasNewer && this.#state.messages.length === 0) void this.goToNewest();
  }

  #askForMissed(): void {
    if (!this.#waitsForMissed) this.#introduction.begin();
    this.#waitsForMissed = true;
  }

  /** Whose token it was that was got: what waits to be sent is not to go out under another name. */
  #isOfAnother({ participant, epoch }: ServerReadyFrame): boolean {
    const { self, position } = this.#state;
    return self !== null && participant !== null && position?.epoch === epoch && self.id !== participant.id;
  }

  /** A message for which the token has expired waits for a new one, once. */
  #holds({ statusCode, ref = '' }: ServerErrorFrame): boolean {
    return statusCode === 401 && this.#introduction.renews && this.#outbox.hold(String(ref));
  }

  #enter(expiresAt: number | undefined, wasLive: boolean): void {
    this.#introduction.taken(expiresAt);
    // What waits in slow mode is no reason to be taken away from where one reads.
    if (!wasLive) return this.#sendNext();
    this.#outbox.release();
  }

  #refused(frame: ServerErrorFrame, ref: string, wasLive: boolean): void {
    this.#outbox.goOn(frame);
    if (ref !== authRef) return;
    const isForGood = frame.statusCode === 400 || frame.statusCode === 413;
    // The same words would be refused again and again.
    if (isForGood && !wasLive) return this.#quit(closeCodes.badFrames, frame.error);
    if (isForGood) this.#introduction.refused();
    // A token is still to be renewed, and what was missed is still missing.
    if (wasLive && (!isForGood || this.#waitsForMissed)) this.#introduction.beginIn((pauseOf(frame) ?? 1) * 1_000);
  }

  /** Nothing that was said on this line is answered any more. */
  #forgetLine(): void {
    this.#introduction.reset();
    this.#waitsForMissed = false;
    this.#typist.reset();
    this.#outbox.reset();
    this.#asks.fail('The connection was lost');
  }

  #lose(): void {
    this.#forgetLine();
    this.#note({ type: 'lost', at: Date.now() });
  }
}
