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
import { kept } from './kept.ts';
import { Outgoing } from './outgoing.ts';

/** Milliseconds for which news is gathered, so that a busy room is not drawn anew for each message. */
const gatherMs = 20;

/** Milliseconds after history arrived until screen readers hear of new messages again. */
const settleMs = 300;

/** Milliseconds until a page that could not be loaded is asked for again. */
const againMs = 1_000;

/** Messages that are kept where one reads at the end: older ones are loaded again where they are wanted. */
const keptMessages = 400;

const roles = ['moderator', 'admin', 'operator'];

/** Whether somebody keeps order in the room. */
export function isInCharge({ role }: Pick<Participant, 'role'>): boolean {
  return roles.includes(role);
}

/** The device's own person has the room's link for a box; one of the page around has their token's digest (FNV-1a) too. */
function boxOf(link: string, { token }: RoomCredentials): string | undefined {
  if (token === undefined) return link;
  return typeof token === 'string' ? `${link}~${digestOf(token)}` : undefined;
}

export class RoomSession {
  readonly link: string;
  /** Under which this device keeps what the person writes here; undefined where it cannot know them again. */
  readonly box: string | undefined;
  readonly state: Signal<RoomState>;
  readonly phase: ReadonlySignal<RoomState['phase']>;
  readonly selfId: ReadonlySignal<string | undefined>;
  /** Whether one keeps order here, and whether the room is one's own. */
  readonly isModerator = computed(() => isInCharge(this.state.value));
  readonly isAdmin = computed(() => this.isModerator.value && this.state.value.role !== 'moderator');
  readonly #clock = new Clock();
  /** Why one may not write at present. */
  readonly silence = computed<'viewer' | 'muted' | 'locked' | undefined>(() => {
    const { phase, self, role, conduct } = this.state.value;
    // What is written before the room has said who one is waits for that.
    if (phase.name === 'connecting') return undefined;
    if (!self) return 'viewer';
    if ((self.mutedUntil ?? 0) > this.#clock.now.value) return 'muted';
    return conduct.locked && role === 'member' ? 'locked' : undefined;
  });
  readonly canWrite = computed(() => this.silence.value === undefined);
  /** Seconds until the next message may go. */
  readonly wait = computed(() => {
    const left = this.state.value.waitUntil - this.#clock.now.value;
    return Math.max(Math.ceil(left / 1_000), 0);
  });
  /** What this device's person is called; undefined until they have chosen. */
  readonly name = signal(device.name);
  /** Whether what is added to the log is history rather than news. */
  readonly isReadingHistory = signal(true);
  /** How often a page could not be loaded: who wants it asks again. */
  readonly failedLoads = signal(0);
  /** Why the room refused to let one in, in its own words, and the milliseconds until when, where it ends. */
  readonly refusal = signal<{ error: string; until: number | undefined } | undefined>(undefined);
  readonly #listeners = new Set<(frame: ServerFrame) => void>();
  readonly #outgoing: Outgoing;
  readonly #given: RoomCredentials;
  readonly #endings: (() => void)[];
  #connection: RoomConnection;
  #adminToken: string | undefined;
  #joinKey: string | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #settling: ReturnType<typeof setTimeout> | undefined;

  /** @param credentials what is shown in place of this device's own */
  constructor(link: string, credentials: RoomCredentials = {}) {
    this.link = link;
    this.#given = credentials;
    this.#adminToken = credentials.adminToken ?? device.adminToken(link);
    this.#joinKey = credentials.joinKey ?? kept.joinKey(link);
    if (credentials.name !== undefined) this.name.value = credentials.name;
    this.box = boxOf(link, credentials);
    this.#outgoing = new Outgoing(this.box);
    this.#connection = this.#connect(this.#outgoing.kept);
    this.state = signal(this.#connection.state);
    this.phase = computed(() => this.state.value.phase);
    this.selfId = computed(() => this.state.value.self?.id);
    const tryNow = () => this.tryNow();
    addEventListener('online', tryNow);
    this.#endings = [
      () => removeEventListener('online', tryNow),
      effect(() => {
        const { waitUntil, self } = this.state.value;
        untracked(() => this.#clock.watch(Math.max(waitUntil, self?.mutedUntil ?? 0)));
      }),
    ];
  }

  /** The connection, for what needs no more than it. */
  get room(): RoomConnection {
    return this.#connection;
  }

  /** What calls about the room show. */
  get access(): CallOptions {
    const { token = device.token } = this.#given;
    // One that is got for each introduction is not got for each call.
    const own = typeof token === 'string' ? token : undefined;
    return { bearer: this.#adminToken ?? own, joinKey: this.#joinKey };
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
    this.#show();
  }

  retry(clientId: string): void {
    this.#connection.retry(clientId);
    this.#show();
  }

  discard(clientId: string): void {
    this.#connection.discard(clientId);
    this.#show();
  }

  /** Is called `name` from now on, on this device and in this room; '' is no name. */
  rename(name: string): void {
    device.name = name;
    this.name.value = name;
    this.#connection.identify({ name });
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
  letGoOfOld(): void {
    this.#connection.trim(keptMessages);
  }

  tryNow(): void {
    if (this.phase.value.name !== 'ended') this.#connection.reconnect();
  }

  /** Connects again after the connection ended, taking along what was not sent. */
  restart(): void {
    const { outgoing } = this.#connection.state;
    this.#connection.close();
    this.isReadingHistory.value = true;
    this.refusal.value = undefined;
    this.#connection = this.#connect(outgoing);
    this.#show();
  }

  /** Comes as a person unknown to all rooms. */
  enterAnew(): void {
    device.forgetToken();
    this.restart();
  }

  /** Comes with what opens a private room. */
  enterWith(joinKey: string): void {
    this.#joinKey = joinKey;
    this.restart();
  }

  /** Comes as the room's admin, whose token this device then keeps. */
  enterAsAdmin(token: string): void {
    device.keepAdminToken(this.link, token);
    this.#adminToken = token;
    this.restart();
  }

  /** Leaves for good. */
  close(): void {
    clearTimeout(this.#gathering);
    for (const end of this.#endings) end();
    this.#clock.stop();
    this.#connection.close();
  }

  #connect(outgoing: readonly OutgoingMessage[] = []): RoomConnection {
    const connection: RoomConnection = new RoomConnection({
      origin,
      link: this.link,
      token: this.#given.token ?? device.token,
      adminToken: this.#adminToken,
      joinKey: this.#joinKey,
      name: this.name.value,
      outgoing,
      onState: (state) => {
        if (connection === this.#connection) this.#hear(state);
      },
      onFrame: (frame) => this.#hearFrame(frame),
    });
    return connection;
  }

  #hearFrame(frame: ServerFrame): void {
    if (frame.type === 'ready') {
      this.refusal.value = undefined;
      kept.keepJoinKey(this.link, this.#joinKey);
    }
    if (frame.type === 'ready' || frame.type === 'history') this.#endHistoryIn(settleMs);
    if (frame.type === 'error' && frame.ref === 'auth') {
      const { error, retryAfter } = frame;
      this.refusal.value = { error, until: retryAfter === undefined ? undefined : Date.now() + retryAfter * 1_000 };
    }
    for (const listener of this.#listeners) listener(frame);
  }

  #hear({ phase }: RoomState): void {
    const isWrongAdmin = this.refusal.value?.error === 'Forbidden: Invalid admin token';
    if (phase.name === 'ended' && isWrongAdmin && this.#adminToken !== undefined) return this.#dropAdminToken();
    // The room closes at once; at its door it says for how long, and all of the reason.
    const isBanned = phase.name === 'ended' && phase.reason.startsWith('Banned');
    if (isBanned && !this.refusal.value) return this.restart();
    this.#gathering ??= setTimeout(() => this.#show(), gatherMs);
  }

  #show(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.state.value = this.#connection.state;
    this.#outgoing.follow(this.state.value.outgoing);
  }

  /** Loads a page. What has come and is not shown yet is not asked for again; what was refused, a moment later. */
  #load(ask: (room: RoomConnection) => Promise<void>): void {
    const { messages, phase } = this.state.value;
    if (this.#gathering !== undefined) this.#show();
    if (phase.name !== 'live' || this.state.value.messages !== messages) return;
    clearTimeout(this.#settling);
    this.isReadingHistory.value = true;
    ask(this.#connection).catch(() => {
      this.#endHistoryIn(0);
      setTimeout(() => this.failedLoads.value++, againMs);
    });
  }

  #endHistoryIn(ms: number): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.isReadingHistory.value = false;
    }, ms);
  }

  /** It is not, or no longer, the room's: go on without. */
  #dropAdminToken(): void {
    device.forgetAdminToken(this.link);
    this.#adminToken = undefined;
    this.restart();
  }
}
