/** This device's visit to a room: the connection, who it says it is, and the state that the page shows. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { type OutgoingMessage, RoomConnection, type RoomState } from '../../../client/index.ts';
import { device } from '../device.ts';
import { origin } from '../service.ts';

/** Milliseconds for which news is gathered, so that a busy room is not drawn anew for each message. */
const gatherMs = 20;

/** Milliseconds after history arrived until screen readers hear of new messages again. */
const settleMs = 300;

const credentialRefused = 4401;

export class RoomSession {
  readonly link: string;
  readonly state: Signal<RoomState>;
  readonly phase: ReadonlySignal<RoomState['phase']>;
  /** What this device's person is called; undefined until they have chosen. */
  readonly name = signal(device.name);
  /** Whether what is added to the log is history rather than news. */
  readonly isReadingHistory = signal(true);
  #connection: RoomConnection;
  #adminToken: string | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(link: string) {
    this.link = link;
    this.#adminToken = device.adminToken(link);
    this.#connection = this.#connect();
    this.state = signal(this.#connection.state);
    this.phase = computed(() => this.state.value.phase);
    addEventListener('online', () => this.tryNow());
  }

  /** Sends a message, now or once the connection is back. */
  send(text: string): void {
    this.#connection.send(text);
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
    const { hasOlder, phase } = this.state.value;
    if (!hasOlder || phase.name !== 'live') return;
    this.isReadingHistory.value = true;
    this.#connection.loadOlder();
  }

  tryNow(): void {
    if (this.phase.value.name !== 'ended') this.#connection.reconnect();
  }

  /** Connects again after the connection ended, taking along what was not sent. */
  restart(): void {
    const { outgoing } = this.#connection.state;
    this.#connection.close();
    this.isReadingHistory.value = true;
    this.#connection = this.#connect(outgoing);
    this.#show();
  }

  /** Comes as a person unknown to all rooms. */
  enterAnew(): void {
    device.forgetToken();
    this.restart();
  }

  #connect(outgoing: readonly OutgoingMessage[] = []): RoomConnection {
    const connection: RoomConnection = new RoomConnection({
      origin,
      link: this.link,
      token: device.token,
      adminToken: this.#adminToken,
      name: this.name.value,
      outgoing,
      onState: (state) => {
        if (connection === this.#connection) this.#hear(state);
      },
      onFrame: ({ type }) => {
        if (type === 'ready' || type === 'history') setTimeout(() => this.#endHistory(), settleMs);
      },
    });
    return connection;
  }

  #hear({ phase }: RoomState): void {
    if (phase.name === 'ended' && phase.code === credentialRefused && this.#adminToken !== undefined) {
      return this.#dropAdminToken();
    }
    this.#gathering ??= setTimeout(() => this.#show(), gatherMs);
  }

  #show(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.state.value = this.#connection.state;
  }

  #endHistory(): void {
    this.isReadingHistory.value = false;
  }

  /** The room's token was replaced elsewhere: go on without. */
  #dropAdminToken(): void {
    device.forgetAdminToken(this.link);
    this.#adminToken = undefined;
    this.restart();
  }
}
