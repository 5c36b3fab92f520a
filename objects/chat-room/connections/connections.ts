/** The open sockets of the room: accepting, finding, sending to and closing them, and the sweep for stale ones. */
import { closeReason, type Failure, fail } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import type { RoleName } from '../../../shared/participant.ts';
import type { ServerFrame } from '../../../shared/server-frames.ts';
import type { Clock } from '../../storage/clock.ts';
import { isIdentityExpired, isModerator, outranks, participantOf } from '../access/permissions.ts';
import { authDeadline, type ConnectionState, type ReadyConnection, staleReason } from './connection-state.ts';
import { ConnectionStore } from './connection-store.ts';
import { FrameSender } from './frame-sender.ts';
import { SlowConsumers } from './slow-consumers.ts';
import { SweepSchedule } from './sweep-schedule.ts';

/** Close codes that the runtime reports for a peer but refuses to send (RFC 6455, section 7.4.1). */
const unsendableCloseCodes = [1005, 1006, 1015];

export class Connections {
  readonly #ctx: DurableObjectState;
  readonly #clock: Clock;
  readonly #slowConsumers: SlowConsumers;
  readonly #store: ConnectionStore;
  readonly #sender: FrameSender;
  readonly #sweepSchedule: SweepSchedule;

  /** @param disconnect closes a socket and publishes the change of presence */
  constructor(ctx: DurableObjectState, clock: Clock, disconnect: (socket: WebSocket, failure: Failure) => void) {
    this.#ctx = ctx;
    this.#clock = clock;
    this.#slowConsumers = new SlowConsumers(clock, (socket) => this.#lastPingAt(socket));
    this.#store = new ConnectionStore(this.#slowConsumers);
    this.#sender = new FrameSender(clock, this.#store, this.#slowConsumers, disconnect);
    this.#sweepSchedule = new SweepSchedule(ctx.id.toString());
    for (const socket of ctx.getWebSockets()) this.#store.get(socket);
  }

  /**
   * Accepts a socket, which then has to authenticate.
   * @param address digest of the client's address
   * @returns when the socket is closed unless it has authenticated, in milliseconds
   */
  accept(socket: WebSocket, address: string): number {
    const since = this.#clock.now();
    this.#ctx.acceptWebSocket(socket);
    this.update(socket, { state: 'waiting', since, address, badFrames: 0 });
    return authDeadline({ since });
  }

  /** The state of a socket; undefined once the room has closed it. */
  get(socket: WebSocket): ConnectionState | undefined {
    return this.#store.get(socket);
  }

  /** Replaces the state of a socket; ignored once the room has closed it. */
  update(socket: WebSocket, connection: ConnectionState): void {
    this.#store.set(socket, connection);
  }

  /** Every socket with its state; a copy, which closing sockets does not change. */
  entries(): [WebSocket, ConnectionState][] {
    return [...this.#store];
  }

  *ready(): Iterable<ReadyConnection> {
    for (const connection of this.#store.states()) if (connection.state === 'joined') yield connection;
  }

  /** The presence keys of the ready connections, each once. */
  presenceKeys(): Iterable<string> {
    return this.#store.presenceKeys.all();
  }

  hasPresenceKey(key: string): boolean {
    return this.#store.presenceKeys.has(key);
  }

  /** How many sockets an address has. */
  countFromAddress(addressDigest: string): number {
    let count = 0;
    for (const { address } of this.#store.states()) if (address === addressDigest) count++;
    return count;
  }

  /** The ready sockets of a participant, including those whose JWT has expired. */
  socketsOf(participantId: string): WebSocket[] {
    return this.entries().flatMap(([socket, connection]) =>
      connection.state === 'joined' && participantOf(connection)?.id === participantId ? socket : [],
    );
  }

  /** Changes the role of a participant's connections, except of those that have a higher one through an admin token. */
  setRole(participantId: string, role: RoleName): void {
    for (const socket of this.socketsOf(participantId)) {
      const connection = this.get(socket);
      if (connection?.state !== 'joined' || !connection.participant || outranks(connection.role, 'moderator')) continue;
      this.update(socket, { ...connection, role, participant: { ...connection.participant, role } });
    }
  }

  /** Moves the connections of one presence key to another. */
  changePresenceKey(from: string, to: string): void {
    for (const [socket, connection] of this.entries()) {
      if (connection.state === 'joined' && connection.key === from) this.update(socket, { ...connection, key: to });
    }
  }

  /** Sends to one socket, at once. If it is closing, the frame is lost without an error. */
  send(socket: WebSocket, frame: ServerFrame): void {
    this.#sender.send(socket, frame);
  }

  /** Sends to every ready connection, in the next batch. Call after the transaction that stores the change. */
  broadcast(frame: ServerFrame): void {
    this.#sender.broadcast(frame);
  }

  /** Sends the pending broadcasts. Call before a connection becomes ready: its `ready` contains their changes. */
  flush(): void {
    this.#sender.flush();
  }

  /** Sends to the ready connections of moderators, after the pending broadcasts. */
  sendToModerators(frame: ServerFrame): void {
    this.flush();
    const now = this.#clock.now();
    for (const [socket, connection] of this.#store) {
      const isRecipient =
        connection.state === 'joined' && isModerator(connection.role) && !isIdentityExpired(connection, now);
      if (isRecipient) this.send(socket, frame);
    }
  }

  close(socket: WebSocket, failure: Failure): void {
    this.#closeSocket(socket, failure.closeCode ?? 1011, closeReason(failure));
  }

  /** Answers a close frame of the client, which the runtime does not always do. */
  answerClose(socket: WebSocket, code: number, reason: string): void {
    this.#closeSocket(socket, unsendableCloseCodes.includes(code) ? 1000 : code, reason);
  }

  closeAll(failure: Failure): void {
    for (const [socket] of this.entries()) this.close(socket, failure);
  }

  /** Closes the ready connections that `matches` selects. */
  closeWhere(matches: (connection: ReadyConnection) => boolean, failure: Failure): void {
    for (const [socket, connection] of this.entries()) {
      if (connection.state === 'joined' && matches(connection)) this.close(socket, failure);
    }
  }

  /** Records that a frame arrived from a socket. Written once a minute, which is enough for the sweep. */
  touch(socket: WebSocket): void {
    const connection = this.get(socket);
    const now = this.#clock.now();
    if (connection && this.#slowConsumers.markActive(socket)) this.#store.save(socket);
    if (connection?.state !== 'joined' || now - connection.heardAt < limits.socket.lastSeenWriteMs) return;
    this.update(socket, { ...connection, heardAt: now });
  }

  /** The sockets that a sweep has to close. */
  stale(): { socket: WebSocket; failure: Failure }[] {
    const now = this.#clock.now();
    return this.entries().flatMap(([socket, connection]) => {
      const reason = staleReason(connection, this.#lastPingAt(socket), now);
      return reason ? { socket, failure: fail(reason).failure } : [];
    });
  }

  /** When to call `stale` next, in milliseconds; undefined without sockets. */
  nextDue(): number | undefined {
    if (this.#store.size === 0) return undefined;
    const deadlines = [...this.#store.states()].map((connection) =>
      connection.state === 'waiting' ? authDeadline(connection) : Number.POSITIVE_INFINITY,
    );
    return Math.min(this.#sweepSchedule.nextAfter(this.#clock.now()), ...deadlines);
  }

  /**
   * Postpones a time to the sweep at or after it, so that a room with sockets does not wake once more.
   * @returns milliseconds; `time` itself if it is past or there are no sockets
   */
  alignToSweep(time: number): number {
    return this.#store.size === 0 || time <= this.#clock.now() ? time : this.#sweepSchedule.nextAfter(time - 1);
  }

  #lastPingAt(socket: WebSocket): number | undefined {
    return this.#ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime();
  }

  #closeSocket(socket: WebSocket, code: number, reason: string): void {
    try {
      this.#store.remove(socket);
      socket.close(code, reason);
    } catch {
      // The socket is closed already.
    }
  }
}
