/** This device's visit to a room: the connection, who it says it is, and the state that the page shows. */
import { computed, effect, type ReadonlySignal, type Signal, signal, untracked } from '@preact/signals';
import {
  type CallOptions,
  type OutgoingMessage,
  type Participant,
  RoomConnection,
  type RoomCredentials,
  type RoomState,
  type ServerFrame,
} from '../../../client/index.ts';
import { device } from '../device.ts';
import { origin } from '../service.ts';
import { Clock } from './clock.ts';
import { digestOf } from './digest.ts';
import { OutgoingStorage } from './outgoing-storage.ts';
import { roomStorage } from './room-storage.ts';

/** Milliseconds for which news is gathered, so that a busy room is not drawn anew for each message. */
const renderIntervalMs = 20;

/** Milliseconds after history arrived until screen readers hear of new messages again. */
const announceAfterMs = 300;

/** Milliseconds until a page that could not be loaded is asked for again. */
const retryLoadMs = 1_000;

/** Messages that are kept where one reads at the end: older ones are loaded again where they are wanted. */
const maxMessages = 400;

const moderatorRoles = ['moderator', 'admin', 'operator'];

/** Whether somebody keeps order in the room. */
export function isModeratorOrHigher({ role }: Pick<Participant, 'role'>): boolean {
  return moderatorRoles.includes(role);
}

/** The device's own person has the room's link for a box; one of the page around has their token's digest (FNV-1a) too. */
function storageKeyOf(link: string, { token }: RoomCredentials): string | undefined {
  if (token === undefined) return link;
  return typeof token === 'string' ? `${link}~${digestOf(token)}` : undefined;
}

export class RoomController {
  readonly link: string;
  /** Under which this device keeps what the person writes here; undefined where it cannot know them again. */
  readonly storageKey: string | undefined;
  readonly state: Signal<RoomState>;
  readonly phase: ReadonlySignal<RoomState['phase']>;
  readonly selfId: ReadonlySignal<string | undefined>;
  /** Whether one keeps order here, and whether the room is one's own. */
  readonly isModerator = computed(() => isModeratorOrHigher(this.state.value));
  readonly isAdmin = computed(() => this.isModerator.value && this.state.value.role !== 'moderator');
  readonly #clock = new Clock();
  /** Why one may not write at present. */
  readonly sendRestriction = computed<'viewer' | 'muted' | 'locked' | undefined>(() => {
    const { phase, self, role, chatSettings } = this.state.value;
    // What is written before the room has said who one is waits for that.
    if (phase.name === 'connecting') return undefined;
    if (!self) return 'viewer';
    if ((self.mutedUntil ?? 0) > this.#clock.now.value) return 'muted';
    return chatSettings.locked && role === 'member' ? 'locked' : undefined;
  });
  readonly canWrite = computed(() => this.sendRestriction.value === undefined);
  /** Seconds until the next message may go. */
  readonly secondsUntilSend = computed(() => {
    const left = this.state.value.waitUntil - this.#clock.now.value;
    return Math.max(Math.ceil(left / 1_000), 0);
  });
  /** What this device's person is called; undefined until they have chosen. */
  readonly name = signal(device.name);
  /** Whether what is added to the log is history rather than news. */
  readonly isLoadingHistory = signal(true);
  /** How often a page could not be loaded: who wants it asks again. */
  readonly failedLoads = signal(0);
  /** Why the room refused to let one in, in its own words, and the milliseconds until when, where it ends. */
  readonly authError = signal<{ error: string; until: number | undefined } | undefined>(undefined);
  readonly #listeners = new Set<(frame: ServerFrame) => void>();
  readonly #outgoingStorage: OutgoingStorage;
  readonly #credentials: RoomCredentials;
  readonly #cleanups: (() => void)[];
  #connection: RoomConnection;
  #adminToken: string | undefined;
  #joinKey: string | undefined;
  #renderTimer: ReturnType<typeof setTimeout> | undefined;
  #historyTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param credentials what is shown in place of this device's own */
  constructor(link: string, credentials: RoomCredentials = {}) {
    this.link = link;
    this.#credentials = credentials;
    this.#adminToken = credentials.adminToken ?? device.adminToken(link);
    this.#joinKey = credentials.joinKey ?? roomStorage.joinKey(link);
    if (credentials.name !== undefined) this.name.value = credentials.name;
    this.storageKey = storageKeyOf(link, credentials);
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

  /** The connection, for what needs no more than it. */
  get connection(): RoomConnection {
    return this.#connection;
  }

  /** What calls about the room show. */
  get callOptions(): CallOptions {
    const { token = device.token } = this.#credentials;
    // One that is got for each introduction is not got for each call.
    const staticToken = typeof token === 'string' ? token : undefined;
    return { bearer: this.#adminToken ?? staticToken, joinKey: this.#joinKey };
  }

  get adminToken(): string | undefined {
    return this.#adminToken;
  }

  /** What opens the room to whoever shows it, if it is private and this device has it. */
  get joinKey(): string | undefined {
    return this.#joinKey;
  }

  /** Hears each frame. @returns ends it */
  listen(listener: (frame: ServerFrame) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends a message, now or once the connection is back. */
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

  /** Is called `name` from now on, on this device and in this room; '' is no name. */
  rename(name: string): void {
    device.name = name;
    this.name.value = name;
    this.#connection.setCredentials({ name });
  }

  /** Loads the page before the first message. */
  loadOlder(): void {
    if (this.state.value.hasOlder) this.#load((room) => room.loadOlder());
  }

  /** Loads the page after the last message, where one has jumped. */
  loadNewer(): void {
    if (this.state.value.hasNewer) this.#load((room) => room.loadNewer());
  }

  /** Lets go of what is far above, where one reads at the end. */
  trimHistory(): void {
    this.#connection.trim(maxMessages);
  }

  reconnectNow(): void {
    if (this.phase.value.name !== 'ended') this.#connection.reconnect();
  }

  /** Connects again after the connection ended, taking along what was not sent. */
  restart(): void {
    const { outgoing } = this.#connection.state;
    this.#connection.close();
    this.isLoadingHistory.value = true;
    this.authError.value = undefined;
    this.#connection = this.#connect(outgoing);
    this.#publishState();
  }

  /** Comes as a person unknown to all rooms. */
  joinAsNewParticipant(): void {
    device.resetToken();
    this.restart();
  }

  /** Comes with what opens a private room. */
  joinWithKey(joinKey: string): void {
    this.#joinKey = joinKey;
    this.restart();
  }

  /** Comes as the room's admin, whose token this device then keeps. */
  joinAsAdmin(token: string): void {
    device.saveAdminToken(this.link, token);
    this.#adminToken = token;
    this.restart();
  }

  /** Leaves for good. */
  close(): void {
    clearTimeout(this.#renderTimer);
    for (const end of this.#cleanups) end();
    this.#clock.stop();
    this.#connection.close();
  }

  #connect(outgoing: readonly OutgoingMessage[] = []): RoomConnection {
    const connection: RoomConnection = new RoomConnection({
      origin,
      link: this.link,
      token: this.#credentials.token ?? device.token,
      adminToken: this.#adminToken,
      joinKey: this.#joinKey,
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
      roomStorage.saveJoinKey(this.link, this.#joinKey);
    }
    if (frame.type === 'ready' || frame.type === 'history') this.#endHistoryIn(announceAfterMs);
    if (frame.type === 'error' && frame.ref === 'auth') {
      const { error, retryAfter } = frame;
      this.authError.value = { error, until: retryAfter === undefined ? undefined : Date.now() + retryAfter * 1_000 };
    }
    for (const listener of this.#listeners) listener(frame);
  }

  #onState({ phase }: RoomState): void {
    const isAdminTokenRejected = this.authError.value?.error === 'Forbidden: Invalid admin token';
    if (phase.name === 'ended' && isAdminTokenRejected && this.#adminToken !== undefined) return this.#dropAdminToken();
    // The room closes at once; at its door it says for how long, and all of the reason.
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

  /** Loads a page. What has come and is not shown yet is not asked for again; what was refused, a moment later. */
  #load(loadPage: (room: RoomConnection) => Promise<void>): void {
    const { messages, phase } = this.state.value;
    if (this.#renderTimer !== undefined) this.#publishState();
    if (phase.name !== 'live' || this.state.value.messages !== messages) return;
    clearTimeout(this.#historyTimer);
    this.isLoadingHistory.value = true;
    loadPage(this.#connection).catch(() => {
      this.#endHistoryIn(0);
      setTimeout(() => this.failedLoads.value++, retryLoadMs);
    });
  }

  #endHistoryIn(ms: number): void {
    clearTimeout(this.#historyTimer);
    this.#historyTimer = setTimeout(() => {
      this.isLoadingHistory.value = false;
    }, ms);
  }

  /** It is not, or no longer, the room's: go on without. */
  #dropAdminToken(): void {
    device.removeAdminToken(this.link);
    this.#adminToken = undefined;
    this.restart();
  }
}
