/**
 * The protocol between a client and one room (docs/protocol.md): `auth` on each new socket, the outbox after `ready`,
 * resume by `{epoch, rev}`, and `auth` again when a `rev` was missed. `RoomConnection` is the public interface to it.
 */
import * as closeCodes from '../../shared/close-codes.ts';
import { displayName } from '../../shared/participant.ts';
import type { ServerAckFrame, ServerErrorFrame, ServerReadyFrame } from '../../shared/server-frames.ts';
import { ReconnectingSocket } from '../transport/reconnecting-socket.ts';
import { AuthFlow, type ResolvedCredentials } from './auth-flow.ts';
import { callListener } from './call-listener.ts';
import { type RoomConnectionOptions, socketUrl } from './connection-options.ts';
import { type ConnectionEvent, initialConnectionState, nextConnectionState } from './connection-state.ts';
import type { RoomCredentials } from './credentials.ts';
import { encodeFrame, type OutgoingFrame } from './encode-frame.ts';
import { HistoryPager } from './history-pager.ts';
import { Outbox, type Sending } from './outbox.ts';
import { parseFrames, type SingleFrame } from './parse-frames.ts';
import { ignoreRejection, PendingRequests } from './pending-requests.ts';
import { hasGap, retryAfterOf } from './room-state.ts';
import type { StateStore } from './state-store.ts';
import { TypingNotifier } from './typing-notifier.ts';

/** The `ref` of each `auth`. */
const authRef = 'auth';

export class RoomProtocol {
  readonly typing = new TypingNotifier((on) => this.sendFrame({ type: 'typing', on }));
  readonly history = new HistoryPager({
    state: () => this.#store.state,
    request: (frame, ref) => this.request(frame, ref),
    isPending: (ref) => this.#pendingRequests.has(ref),
  });
  readonly #options: RoomConnectionOptions;
  readonly #store: StateStore;
  readonly #socket: ReconnectingSocket;
  readonly #authFlow: AuthFlow;
  readonly #pendingRequests = new PendingRequests();
  readonly #outbox = new Outbox({
    outgoing: () => this.#store.state.outgoing,
    isPaused: () => this.#authFlow.isPending,
    send: ({ clientId, text, replyTo }) => this.sendFrame({ type: 'send', ref: clientId, clientId, text, replyTo }),
  });
  /** Removes the listener from the caller's `signal`. */
  readonly #signalListener = new AbortController();
  #connection = initialConnectionState;
  #requestCount = 0;

  /**
   * Connects at once.
   * @param store receives all events; the messages in its `outgoing` are sent
   */
  constructor(options: RoomConnectionOptions, store: StateStore) {
    const { token, adminToken, joinKey, name, signal } = options;
    this.#options = options;
    this.#store = store;
    this.#authFlow = new AuthFlow({ token, adminToken, joinKey, name }, (resolved) => this.#authenticate(resolved));
    this.#socket = new ReconnectingSocket({
      url: socketUrl(options),
      WebSocket: options.WebSocket,
      // After a token was rejected, a new one is tried once.
      shouldReconnect: (code) =>
        code === closeCodes.credential && this.#authFlow.canRefresh && !this.#connection.tokenRejected,
      onOpen: () => this.#transition('opened') && this.#authFlow.start(),
      onText: (text) => this.#onText(text),
      onLost: (code) => this.#onLost(code),
      onEnded: (code, reason) => this.#onEnded(code, reason),
    });
    if (signal?.aborted) this.close();
    signal?.addEventListener('abort', () => this.close(), { signal: this.#signalListener.signal });
  }

  get isLive(): boolean {
    const { name } = this.#connection;
    return name === 'live' || name === 'recovering';
  }

  /**
   * @returns whether the frame was sent, or got a local `error` because it is too large; false without an open socket
   */
  sendFrame(frame: OutgoingFrame): boolean {
    const text = encodeFrame(frame);
    if (text !== undefined) return this.#socket.send(text);
    this.#onFrame({ type: 'error', ref: frame.ref ?? '', statusCode: 413, error: 'Frame too large' });
    return true;
  }

  /** @returns the reply; rejects with `ApiError`: the status code of the `error` frame, or 0 without a connection */
  request<T = ServerAckFrame>(frame: object, ref = `ask-${++this.#requestCount}`): Promise<T> {
    const reply = this.#pendingRequests.waitFor(ref) as Promise<T>;
    if (!this.isLive || !this.sendFrame({ ...frame, ref })) this.#pendingRequests.fail('No connection', ref);
    return reply;
  }

  /** Sends a message of `outgoing` in its turn. */
  enqueue(clientId: string): Sending {
    const sending = this.#outbox.track(clientId, this.#hasEnded());
    this.#sendNext();
    return sending;
  }

  /** Forgets a message that was removed from `outgoing`. */
  discard(clientId: string): void {
    this.#outbox.discard(clientId);
  }

  setCredentials(credentials: Partial<RoomCredentials>): void {
    this.#authFlow.setCredentials(credentials);
    // Before `ready`, the changed credentials are sent once it has arrived.
    if (this.isLive) this.#authFlow.start();
  }

  /** Opens a new socket at once. Does nothing while live or after the end. */
  reconnect(): void {
    if (this.#transition('reconnect')) this.#socket.reconnectNow();
  }

  /** Ends the connection. `code` and `reason` are those of `phase`; the room receives 1000. */
  close(code = 1000, reason = 'Left'): void {
    this.#socket.close();
    this.#onEnded(code, reason);
  }

  /** @returns whether the event is allowed in the current state */
  #transition(event: ConnectionEvent, closeCode?: number): boolean {
    const next = nextConnectionState(this.#connection, event, closeCode);
    if (next) this.#connection = next;
    return next !== undefined;
  }

  #hasEnded(): boolean {
    return this.#connection.name === 'ended';
  }

  /** Sends the next message. After a jump, the newest page is loaded, because the message appears there. */
  #sendNext(): void {
    if (!this.isLive) return;
    if (this.#outbox.next) this.#jumpToNewest();
    this.#outbox.sendNext();
  }

  #jumpToNewest(): void {
    void ignoreRejection(this.history.jumpToNewest());
  }

  #authenticate({ name, ...credentials }: ResolvedCredentials): void {
    const { position, self } = this.#store.state;
    // Without a name in `auth`, the room would keep the previous name.
    const sentName = name || (self ? displayName(self.id, undefined) : undefined);
    const resume = position ? { resume: position } : {};
    this.sendFrame({ type: 'auth', ref: authRef, ...credentials, name: sentName, ...resume, batch: true, v: 1 });
    // Sends the messages that waited for the changed credentials.
    if (this.isLive) this.#outbox.sendNext();
  }

  #onText(text: string): void {
    for (const frame of parseFrames(text)) this.#onFrame(frame);
  }

  #onFrame(frame: SingleFrame): void {
    // A listener may have closed the connection in the middle of a batch.
    if (this.#hasEnded()) return;
    if (hasGap(this.#store.state, frame)) return this.#recover();
    if (frame.type === 'ready' && this.#isOtherParticipant(frame))
      return this.close(closeCodes.credential, 'Another person');
    if (frame.type === 'error' && this.#holdForToken(frame)) return this.#authFlow.start();
    const wasLive = this.isLive;
    if (frame.type === 'ready' && !this.#transition('ready')) return;
    // Settled first: a listener may close the connection, which rejects what is still pending.
    this.#pendingRequests.settle(frame);
    this.#outbox.settle(frame);
    this.#store.apply({ type: 'frame', frame, at: Date.now() });
    callListener(this.#options.onFrame, frame);
    if (this.#hasEnded()) return;
    if (frame.type === 'ready') this.#onReady(frame.expiresAt, wasLive);
    else if (frame.type === 'ack' && frame.clientId) this.#outbox.onAnswered(frame);
    else if (frame.type === 'error' && frame.ref !== undefined) this.#onErrorReply(frame, String(frame.ref));
    // After a jump, retention may have removed every loaded message.
    if (this.isLive && this.#store.state.hasNewer && this.#store.state.messages.length === 0) this.#jumpToNewest();
  }

  /** Requests the missed changes. A second gap is not an allowed transition: they are requested already. */
  #recover(): void {
    if (this.#transition('gap')) this.#authFlow.start();
  }

  /** Whether the token provider returned another user's token. Unsent messages must not be sent under another name. */
  #isOtherParticipant({ participant, epoch }: ServerReadyFrame): boolean {
    const { self, position } = this.#store.state;
    return self !== null && participant !== null && position?.epoch === epoch && self.id !== participant.id;
  }

  /** A message for which the token has expired waits for a new one, once. */
  #holdForToken({ statusCode, ref = '' }: ServerErrorFrame): boolean {
    return statusCode === 401 && this.#authFlow.canRefresh && this.#outbox.holdForToken(String(ref));
  }

  #onReady(expiresAt: number | undefined, wasLive: boolean): void {
    this.#authFlow.accepted(expiresAt);
    if (!wasLive) return this.#sendNext();
    // Without the jump of `#sendNext`: a token refresh must not move the reader away.
    this.#outbox.releaseHeld();
  }

  #onErrorReply(frame: ServerErrorFrame, ref: string): void {
    this.#outbox.onAnswered(frame);
    if (ref !== authRef) return;
    // The same `auth` would be refused again.
    const isPermanent = frame.statusCode === 400 || frame.statusCode === 413;
    if (isPermanent && !this.isLive) return this.close(closeCodes.badFrames, frame.error);
    if (isPermanent) this.#authFlow.rejected();
    // The token still has to be refreshed, or the missed changes to be requested.
    const isStillDue = !isPermanent || this.#connection.name === 'recovering';
    if (this.isLive && isStillDue) this.#authFlow.startIn((retryAfterOf(frame) ?? 1) * 1_000);
  }

  /** Frames sent through a lost socket get no reply. */
  #resetSocketState(): void {
    this.#authFlow.reset();
    this.typing.reset();
    this.#outbox.reset();
    this.#pendingRequests.fail('The connection was lost');
  }

  #onLost(code: number): void {
    if (!this.#transition('lost', code)) return;
    this.#resetSocketState();
    this.#store.apply({ type: 'lost', at: Date.now() });
  }

  #onEnded(code: number, reason: string): void {
    if (!this.#transition('ended')) return;
    this.#signalListener.abort();
    this.#resetSocketState();
    this.#store.apply({ type: 'ended', code, reason });
    this.#outbox.end(reason);
  }
}
