/** One visit to a room: its connection, the credentials used, and the room state that the components render. */
import { computed, effect, type ReadonlySignal, type Signal, signal, untracked } from '@preact/signals';
import {
  type CallOptions,
  type OutgoingMessage,
  RoomConnection,
  type RoomCredentials,
  type RoomState,
  type ServerFrame,
} from '../../../client/index.ts';
import { device } from '../device.ts';
import { origin } from '../service-urls.ts';
import { Clock } from './clock.ts';
import { HistoryLoading } from './history-loading.ts';
import { OutgoingStorage } from './outgoing-storage.ts';
import { isModeratorOrHigher } from './roles.ts';
import { RoomAccess } from './room-access.ts';

/** Milliseconds for which state changes are batched, so that a busy room is not rendered for each message. */
const renderIntervalMs = 20;

/** Maximum messages kept while the user reads at the end of the log. Older ones are loaded again on demand. */
const maxMessages = 400;

export class RoomController {
  readonly link: string;
  /** The key of drafts and unsent messages in the storage of this device; undefined if they cannot be stored. */
  readonly storageKey: string | undefined;
  readonly state: Signal<RoomState>;
  readonly phase: ReadonlySignal<RoomState['phase']>;
  readonly selfId: ReadonlySignal<string | undefined>;
  readonly isModerator = computed(() => isModeratorOrHigher(this.state.value));
  readonly isAdmin = computed(() => this.isModerator.value && this.state.value.role !== 'moderator');
  readonly #clock = new Clock();
  /** The reason why the user cannot post right now. */
  readonly sendRestriction = computed<'viewer' | 'muted' | 'locked' | undefined>(() => {
    const { phase, self, role, chatSettings } = this.state.value;
    // Messages written before the room has confirmed the identity wait in the outbox.
    if (phase.name === 'connecting') return undefined;
    if (!self) return 'viewer';
    if ((self.mutedUntil ?? 0) > this.#clock.now.value) return 'muted';
    return chatSettings.locked && role === 'member' ? 'locked' : undefined;
  });
  readonly canWrite = computed(() => this.sendRestriction.value === undefined);
  /** Whole seconds until the next message may be sent; 0 if it may be sent now. */
  readonly secondsUntilSend = computed(() => {
    const left = this.state.value.waitUntil - this.#clock.now.value;
    return Math.max(Math.ceil(left / 1_000), 0);
  });
  /** The display name; '' if left blank, undefined before the first choice. */
  readonly name = signal(device.name);
  readonly history = new HistoryLoading();
  /** The failure text with which the room rejected the authentication, and its end in milliseconds, if it has one. */
  readonly authError = signal<{ error: string; until: number | undefined } | undefined>(undefined);
  readonly #access: RoomAccess;
  readonly #listeners = new Set<(frame: ServerFrame) => void>();
  readonly #outgoingStorage: OutgoingStorage;
  readonly #cleanups: (() => void)[];
  #connection: RoomConnection;
  #renderTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param credentials used instead of those of this device */
  constructor(link: string, credentials: RoomCredentials = {}) {
    this.link = link;
    this.#access = new RoomAccess(link, credentials);
    if (credentials.name !== undefined) this.name.value = credentials.name;
    this.storageKey = this.#access.storageKey;
    this.#outgoingStorage = new OutgoingStorage(this.storageKey);
    this.#connection = this.#connect(this.#outgoingStorage.restored);
    this.state = signal(this.#connection.state);
    this.phase = computed(() => this.state.value.phase);
    this.selfId = computed(() => this.state.value.self?.id);
    const reconnect = () => this.reconnectNow();
    addEventListener('online', reconnect);
    this.#cleanups = [
      () => removeEventListener('online', reconnect),
      effect(() => {
        const { waitUntil, self } = this.state.value;
        untracked(() => this.#clock.runUntil(Math.max(waitUntil, self?.mutedUntil ?? 0)));
      }),
    ];
  }

  /** The current connection. `restart` replaces it. */
  get connection(): RoomConnection {
    return this.#connection;
  }

  /** Credentials for REST calls about the room. */
  get callOptions(): CallOptions {
    return this.#access.callOptions;
  }

  get adminToken(): string | undefined {
    return this.#access.adminToken;
  }

  /** The join key of a private room or an invitation to it, if this device has one. */
  get joinKey(): string | undefined {
    return this.#access.joinKey;
  }

  /** Calls a listener for each frame that the room sends. @returns removes it */
  listen(listener: (frame: ServerFrame) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends a message now, or once connected. */
  send(text: string, replyTo?: number): void {
    this.#connection.send(text, replyTo);
    this.#publishState();
  }

  retry(clientId: string): void {
    this.#connection.retry(clientId);
    this.#publishState();
  }

  discard(clientId: string): void {
    this.#connection.discard(clientId);
    this.#publishState();
  }

  /** Changes the display name on this device and in this room; '' for no name. */
  rename(name: string): void {
    device.name = name;
    this.name.value = name;
    this.#connection.setCredentials({ name });
  }

  loadOlder(): void {
    if (this.state.value.hasOlder) this.#load((room) => room.loadOlder());
  }

  /** Loads the page after the loaded messages, after a jump into the log. */
  loadNewer(): void {
    if (this.state.value.hasNewer) this.#load((room) => room.loadNewer());
  }

  /** Drops the oldest loaded messages. For a user who reads at the end of the log. */
  trimHistory(): void {
    this.#connection.trim(maxMessages);
  }

  reconnectNow(): void {
    if (this.phase.value.name !== 'ended') this.#connection.reconnect();
  }

  /** Opens a new connection, keeping unsent messages. */
  restart(): void {
    const { outgoing } = this.#connection.state;
    this.#connection.close();
    this.history.reset();
    this.authError.value = undefined;
    this.#connection = this.#connect(outgoing);
    this.#publishState();
  }

  /** Joins with a new token, as a participant unknown to all rooms. */
  joinAsNewParticipant(): void {
    device.resetToken();
    this.restart();
  }

  /** Joins with the key of a private room or an invitation to it. */
  joinWithKey(joinKey: string): void {
    this.#access.joinKey = joinKey;
    this.restart();
  }

  /** Joins as the admin of the room and stores the admin token on this device. */
  joinAsAdmin(token: string): void {
    this.#access.saveAdminToken(token);
    this.restart();
  }

  /** Closes the connection and removes all listeners. */
  close(): void {
    clearTimeout(this.#renderTimer);
    for (const cleanUp of this.#cleanups) cleanUp();
    this.#clock.stop();
    this.#connection.close();
  }

  #connect(outgoing: readonly OutgoingMessage[] = []): RoomConnection {
    const connection: RoomConnection = new RoomConnection({
      origin,
      link: this.link,
      ...this.#access.connectionOptions,
      name: this.name.value,
      outgoing,
      onState: (state) => {
        if (connection === this.#connection) this.#onState(state);
      },
      onFrame: (frame) => this.#onFrame(frame),
    });
    return connection;
  }

  #onFrame(frame: ServerFrame): void {
    if (frame.type === 'ready') {
      this.authError.value = undefined;
      this.#access.saveJoinKey();
    }
    if (frame.type === 'ready' || frame.type === 'history') this.history.finish();
    if (frame.type === 'error' && frame.ref === 'auth') {
      const { error, retryAfter } = frame;
      this.authError.value = { error, until: retryAfter === undefined ? undefined : Date.now() + retryAfter * 1_000 };
    }
    for (const listener of this.#listeners) listener(frame);
  }

  #onState({ phase }: RoomState): void {
    const isAdminTokenRejected = this.authError.value?.error === 'Forbidden: Invalid admin token';
    if (phase.name === 'ended' && isAdminTokenRejected && this.adminToken !== undefined) {
      this.#access.removeAdminToken();
      return this.restart();
    }
    // A ban closes the connection at once. Only a new connection receives the `error` with its end and full reason.
    const isBanned = phase.name === 'ended' && phase.reason.startsWith('Banned');
    if (isBanned && !this.authError.value) return this.restart();
    this.#renderTimer ??= setTimeout(() => this.#publishState(), renderIntervalMs);
  }

  #publishState(): void {
    clearTimeout(this.#renderTimer);
    this.#renderTimer = undefined;
    this.state.value = this.#connection.state;
    this.#outgoingStorage.sync(this.state.value.outgoing);
  }

  /** Loads a page, unless the pending state already has other messages: the log then requests the next page itself. */
  #load(loadPage: (room: RoomConnection) => Promise<void>): void {
    const { messages, phase } = this.state.value;
    if (this.#renderTimer !== undefined) this.#publishState();
    if (phase.name !== 'live' || this.state.value.messages !== messages) return;
    this.history.start(() => loadPage(this.#connection));
  }
}
