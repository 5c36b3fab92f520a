/**
 * A connection to one room that comes back by itself: `auth` first, the outbox after `ready`, resume by `{epoch, rev}`,
 * and a question when a `rev` was missed. What it learns goes through `advance` (state.ts).
 */
import { closeCodes } from '../../shared/failures.ts';
import type { ServerAckFrame, ServerErrorFrame, ServerFrame, ServerReadyFrame } from '../../shared/frames.ts';
import { countBytes, clientLimits as limits } from '../../shared/limits.ts';
import type { ModerationAct, ModerationEntry } from '../../shared/moderation.ts';
import { displayName } from '../../shared/participant.ts';
import { socketPath } from '../../shared/paths.ts';
import { ReconnectingSocket, type SocketClass } from '../transport/reconnecting-socket.ts';
import { AuthFlow, type ResolvedCredentials } from './auth-flow.ts';
import type { RoomCredentials } from './credentials.ts';
import { HistoryPager } from './history-pager.ts';
import { Outbox, type Sending } from './outbox.ts';
import { callListener, parseFrames, type SingleFrame } from './parse-frames.ts';
import { ignoreRejection, PendingRequests } from './pending-requests.ts';
import {
  hasGap,
  initialState,
  type OutgoingMessage,
  type RoomEvent,
  type RoomState,
  reduce,
  retryAfterOf,
} from './room-state.ts';
import { TypingNotifier } from './typing-notifier.ts';

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
interface OutgoingFrame {
  ref?: string;
  [field: string]: unknown;
}

/** A random id for a message, unique to its author. */
function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function socketUrl({ origin, link }: RoomConnectionOptions): string {
  const url = new URL(socketPath.replace(':link', encodeURIComponent(link)), origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

export class RoomConnection {
  readonly #options: RoomConnectionOptions;
  readonly #socket: ReconnectingSocket;
  readonly #authFlow: AuthFlow;
  readonly #pendingRequests = new PendingRequests();
  readonly #outbox = new Outbox({
    outgoing: () => this.#state.outgoing,
    isPaused: () => this.#authFlow.isPending,
    send: ({ clientId, text, replyTo }) => this.#sendFrame({ type: 'send', ref: clientId, clientId, text, replyTo }),
  });
  readonly #typingNotifier = new TypingNotifier((on) => this.#sendFrame({ type: 'typing', on }));
  readonly #historyPager = new HistoryPager({
    state: () => this.#state,
    request: (question, ref) => this.#request(question, ref),
    isPending: (ref) => this.#pendingRequests.has(ref),
  });
  /** Ends the listening to the caller's signal. */
  readonly #signalListener = new AbortController();
  #state: RoomState;
  /** Numbers the questions. */
  #requestCount = 0;
  /** What was missed has been asked for and not come. */
  #isRecovering = false;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;

  /** Connects at once. */
  constructor(options: RoomConnectionOptions) {
    const { token, adminToken, joinKey, name, outgoing = [], signal } = options;
    this.#options = options;
    const credentials = { token, adminToken, joinKey, name };
    this.#authFlow = new AuthFlow(credentials, (shown) => this.#authenticate(shown));
    this.#state = { ...initialState, outgoing: outgoing.filter(({ messageId }) => messageId === undefined) };
    this.#socket = new ReconnectingSocket({
      url: socketUrl(options),
      WebSocket: options.WebSocket,
      shouldReconnect: (code) => code === closeCodes.credential && this.#authFlow.shouldRetry(),
      onOpen: () => this.#authFlow.start(),
      onText: (text) => this.#onText(text),
      onLost: () => this.#onLost(),
      onEnded: (code, reason) => this.#finish(code, reason),
    });
    if (signal?.aborted) this.close();
    signal?.addEventListener('abort', () => this.close(), { signal: this.#signalListener.signal });
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
    this.#apply({ type: 'queued', message });
    this.#typingNotifier.stop();
    return this.#enqueue(message.clientId);
  }

  /** Sends a refused message again, under the same id. */
  retry(clientId: string): Sending {
    this.#apply({ type: 'retried', clientId });
    return this.#enqueue(clientId);
  }

  /** Gives up a message that was not acknowledged. */
  discard(clientId: string): void {
    this.#apply({ type: 'discarded', clientId });
    this.#outbox.discard(clientId);
  }

  /** Writes another text for a message. This and all that follows rejects with `ApiError`, 0 without a connection. */
  edit(messageId: number, text: string): Promise<ServerAckFrame> {
    return this.#request({ type: 'edit', messageId, text });
  }

  /** Leaves a tombstone of a message. */
  delete(messageId: number): Promise<ServerAckFrame> {
    return this.#request({ type: 'delete', messageId });
  }

  /** Gives a reaction or takes it back: in the state at once, and back again where it is refused or lost. */
  react(messageId: number, emoji: string, on: boolean): Promise<ServerAckFrame> {
    const request = this.#request({ type: 'react', messageId, emoji, on });
    const before = this.#state;
    if (this.#isLive()) this.#apply({ type: 'reacted', messageId, emoji, on });
    const appliedAtRev = before.messages.find(({ id }) => id === messageId)?.rev;
    const wasApplied = this.#state.messages !== before.messages && appliedAtRev !== undefined;
    const result = request.catch((error: unknown) => {
      if (wasApplied) this.#apply({ type: 'reacted', messageId, emoji, on: !on, appliedAtRev });
      throw error;
    });
    return ignoreRejection(result);
  }

  /** Keeps order, as a moderator may. */
  moderate(act: ModerationAct): Promise<ModerationEntry> {
    return this.#requestEntry({ type: 'moderate', ...act });
  }

  /** Tells the moderators of a message. */
  report(messageId: number, reason?: string): Promise<ModerationEntry> {
    return this.#requestEntry({ type: 'report', messageId, reason });
  }

  /** To be called at each key, and with false when the text is gone; the room hears of it now and then. */
  typing(on: boolean): void {
    if (!on) this.#typingNotifier.stop();
    else if (this.#isLive() && this.#state.self) this.#typingNotifier.onInput(Date.now());
  }

  /** One has read up to a message; the mark only moves forward. */
  read(messageId: number): void {
    const { reading } = this.#state;
    if (!this.#isLive() || !reading || reading.messageId >= messageId) return;
    this.#sendFrame({ type: 'read', messageId });
    this.#apply({ type: 'read', messageId });
  }

  /** Shows other credentials from now on; a change of token, which is another person, needs a new connection. */
  setCredentials(credentials: Partial<RoomCredentials>): void {
    this.#authFlow.setCredentials(credentials);
    // One who is not let in yet is introduced again once they are.
    if (this.#isLive()) this.#authFlow.start();
  }

  /** Loads the page before the oldest message that is known. */
  loadOlder(): Promise<void> {
    return ignoreRejection(this.#historyPager.loadOlder());
  }

  /** Loads the page after the newest one that is known, after a jump. */
  loadNewer(): Promise<void> {
    return ignoreRejection(this.#historyPager.loadNewer());
  }

  /** Jumps to a message, where it is not among those that are known. Rejects with 404 where it is not in the log. */
  jumpTo(messageId: number): Promise<void> {
    return ignoreRejection(this.#historyPager.jumpTo(messageId));
  }

  /** Comes back to the newest messages after a jump. */
  goToNewest(): Promise<void> {
    return ignoreRejection(this.#historyPager.jumpToNewest());
  }

  /** Lets go of all but the newest so many messages; they are loaded again where they are wanted. */
  trim(keep: number): void {
    if (this.#state.messages.length > keep) this.#apply({ type: 'trimmed', keep });
  }

  /** Tries now rather than after the pause. Nothing where the connection stands, or has ended. */
  reconnect(): void {
    const { name } = this.#state.phase;
    if (name === 'connecting' || name === 'reconnecting') this.#socket.reconnectNow();
  }

  /** Leaves for good. */
  close(): void {
    this.#closeWith(1000, 'Left');
  }

  #hasEnded(): boolean {
    return this.#state.phase.name === 'ended';
  }

  #isLive(): boolean {
    return this.#state.phase.name === 'live';
  }

  #finish(code: number, reason: string): void {
    if (this.#hasEnded()) return;
    this.#signalListener.abort();
    this.#resetTransportState();
    this.#apply({ type: 'ended', code, reason });
    this.#outbox.end(reason);
  }

  #closeWith(code: number, reason: string): void {
    this.#socket.close();
    this.#finish(code, reason);
  }

  #apply(event: RoomEvent): void {
    const before = this.#state;
    this.#state = reduce(before, event);
    if (this.#state.typing !== before.typing) this.#scheduleTypingExpiry();
    if (this.#state !== before) callListener(this.#options.onState, this.#state);
  }

  /** Those who type and say nothing more of it have ended. */
  #scheduleTypingExpiry(): void {
    clearTimeout(this.#typingTimer);
    const { typing } = this.#state;
    if (typing.length === 0) return;
    const next = Math.min(...typing.map(({ until }) => until));
    this.#typingTimer = setTimeout(() => this.#apply({ type: 'passed', at: next }), next - Date.now());
  }

  #sendFrame(frame: OutgoingFrame): boolean {
    const text = JSON.stringify(frame);
    if (text.length * 3 <= limits.frameBytes || countBytes(text) <= limits.frameBytes) return this.#socket.send(text);
    // The room would hang up over it, for good.
    this.#onFrame({ type: 'error', ref: frame.ref ?? '', statusCode: 413, error: 'Frame too large' });
    return true;
  }

  #request<T = ServerAckFrame>(frame: object, ref = `ask-${++this.#requestCount}`): Promise<T> {
    const reply = this.#pendingRequests.waitFor(ref) as Promise<T>;
    if (!this.#isLive() || !this.#sendFrame({ ...frame, ref })) this.#pendingRequests.fail('No connection', ref);
    return reply;
  }

  #requestEntry(frame: object): Promise<ModerationEntry> {
    return ignoreRejection(this.#request<{ entry: ModerationEntry }>(frame).then(({ entry }) => entry));
  }

  #enqueue(clientId: string): Sending {
    const sending = this.#outbox.track(clientId, this.#hasEnded());
    this.#sendNext();
    return sending;
  }

  /** The next message goes out, and one is where it will be seen. */
  #sendNext(): void {
    if (!this.#isLive()) return;
    if (this.#outbox.next) void this.goToNewest();
    this.#outbox.sendNext();
  }

  #authenticate({ name, ...credentials }: ResolvedCredentials): void {
    const { position, self } = this.#state;
    // No name at all would keep the one that the room knows.
    const sentName = name || (self ? displayName(self.id, undefined) : undefined);
    const resume = position ? { resume: position } : {};
    this.#sendFrame({ type: 'auth', ref: authRef, ...credentials, name: sentName, ...resume, batch: true, v: 1 });
    // What waited for it goes out behind it.
    if (this.#isLive()) this.#outbox.sendNext();
  }

  #onText(text: string): void {
    for (const frame of parseFrames(text)) this.#onFrame(frame);
  }

  #onFrame(frame: SingleFrame): void {
    // A listener may have closed in the middle of a batch.
    if (this.#hasEnded()) return;
    if (hasGap(this.#state, frame)) return this.#recover();
    if (frame.type === 'ready' && this.#isOtherParticipant(frame))
      return this.#closeWith(closeCodes.credential, 'Another person');
    if (frame.type === 'error' && this.#holdForToken(frame)) return this.#authFlow.start();
    const wasLive = this.#isLive();
    if (frame.type === 'ready') this.#isRecovering = false;
    // Whoever waits for the answer has it, whatever listeners do about it.
    this.#pendingRequests.settle(frame);
    this.#outbox.settle(frame);
    this.#apply({ type: 'frame', frame, at: Date.now() });
    callListener(this.#options.onFrame, frame);
    if (this.#hasEnded()) return;
    if (frame.type === 'ready') this.#onReady(frame.expiresAt, wasLive);
    else if (frame.type === 'ack' && frame.clientId) this.#outbox.onAnswered(frame);
    else if (frame.type === 'error' && frame.ref !== undefined) this.#onErrorReply(frame, String(frame.ref), wasLive);
    // All that was left after a jump is no longer kept.
    if (this.#isLive() && this.#state.hasNewer && this.#state.messages.length === 0) void this.goToNewest();
  }

  #recover(): void {
    if (!this.#isRecovering) this.#authFlow.start();
    this.#isRecovering = true;
  }

  /** Whose token it was that was got: what waits to be sent is not to go out under another name. */
  #isOtherParticipant({ participant, epoch }: ServerReadyFrame): boolean {
    const { self, position } = this.#state;
    return self !== null && participant !== null && position?.epoch === epoch && self.id !== participant.id;
  }

  /** A message for which the token has expired waits for a new one, once. */
  #holdForToken({ statusCode, ref = '' }: ServerErrorFrame): boolean {
    return statusCode === 401 && this.#authFlow.canRefresh && this.#outbox.holdForToken(String(ref));
  }

  #onReady(expiresAt: number | undefined, wasLive: boolean): void {
    this.#authFlow.accepted(expiresAt);
    // What waits in slow mode is no reason to be taken away from where one reads.
    if (!wasLive) return this.#sendNext();
    this.#outbox.releaseHeld();
  }

  #onErrorReply(frame: ServerErrorFrame, ref: string, wasLive: boolean): void {
    this.#outbox.onAnswered(frame);
    if (ref !== authRef) return;
    const isPermanent = frame.statusCode === 400 || frame.statusCode === 413;
    // The same words would be refused again and again.
    if (isPermanent && !wasLive) return this.#closeWith(closeCodes.badFrames, frame.error);
    if (isPermanent) this.#authFlow.rejected();
    // A token is still to be renewed, and what was missed is still missing.
    if (wasLive && (!isPermanent || this.#isRecovering)) this.#authFlow.startIn((retryAfterOf(frame) ?? 1) * 1_000);
  }

  /** Nothing that was said on this line is answered any more. */
  #resetTransportState(): void {
    this.#authFlow.reset();
    this.#isRecovering = false;
    this.#typingNotifier.reset();
    this.#outbox.reset();
    this.#pendingRequests.fail('The connection was lost');
  }

  #onLost(): void {
    this.#resetTransportState();
    this.#apply({ type: 'lost', at: Date.now() });
  }
}
