/**
 * The room's sockets and what is known of each. It stands in the socket's attachment, which outlives hibernation; the
 * map beside it only saves reading it again.
 */
import { Buffer } from 'node:buffer';
import { closeReason, type Failure, fail } from '../../../shared/failures.ts';
import type { ServerFrame } from '../../../shared/frames.ts';
import { limits } from '../../../shared/limits.ts';
import { errorFields, logLine } from '../../../shared/log.ts';
import type { RoleName } from '../../../shared/participant.ts';
import type { Clock } from '../../storage/clock.ts';
import { isIdentityExpired, isModerator, nextSweep, outranks, participantOf } from '../access/permissions.ts';
import { BroadcastBatcher } from './broadcast-batcher.ts';
import type { Attachment, ConnectionState, ReadyConnection } from './connection-state.ts';
import { SlowConsumers } from './slow-consumers.ts';

/** A text on its way to many, with its size. */
interface SizedText {
  text: string;
  /** Of UTF-8. */
  bytes: number;
}

const withSize = (text: string): SizedText => ({ text, bytes: Buffer.byteLength(text) });

/** Codes that a peer may receive but that nobody may send. */
const unsendableCloseCodes = [1005, 1006, 1015];

export class Connections {
  readonly #ctx: DurableObjectState;
  readonly #states = new Map<WebSocket, ConnectionState>();
  readonly #closed = new WeakSet<WebSocket>();
  readonly #presenceKeyCounts = new Map<string, number>();
  readonly #clock: Clock;
  /** Milliseconds by which this room's sweeps are apart from those of others. */
  readonly #sweepOffset: number;
  readonly #broadcastBatcher: BroadcastBatcher;
  readonly #slowConsumers: SlowConsumers;
  readonly #disconnect: (socket: WebSocket, failure: Failure) => void;

  /** @param disconnect closes a socket so that the others hear of it */
  constructor(ctx: DurableObjectState, clock: Clock, disconnect: (socket: WebSocket, failure: Failure) => void) {
    this.#ctx = ctx;
    this.#clock = clock;
    this.#disconnect = disconnect;
    this.#slowConsumers = new SlowConsumers(clock, (socket) => this.#lastPingAt(socket));
    this.#broadcastBatcher = new BroadcastBatcher(clock, (texts) => this.#writeToAll(texts));
    this.#sweepOffset = Number.parseInt(ctx.id.toString().slice(0, 8), 16) % limits.sweepEveryMs;
    for (const socket of ctx.getWebSockets()) this.get(socket);
  }

  /**
   * Takes a socket in.
   * @param address a digest of where it comes from
   * @returns by when it must have said who it is, in milliseconds
   */
  accept(socket: WebSocket, address: string): number {
    const now = this.#clock.now();
    this.#ctx.acceptWebSocket(socket);
    this.update(socket, { state: 'waiting', since: now, address, badFrames: 0 });
    return now + limits.authTimeoutMs;
  }

  /**
   * What is known of a socket; undefined once it was closed. A socket whose close woke the room is no longer among
   * `getWebSockets()`, but its attachment still says whose it was.
   */
  get(socket: WebSocket): ConnectionState | undefined {
    const cached = this.#states.get(socket);
    if (cached) return cached;
    const attachment: Attachment | null = socket.deserializeAttachment();
    if (!attachment) return undefined;
    this.#track(socket, attachment.session);
    this.#slowConsumers.restore(socket, attachment.backlog);
    return attachment.session;
  }

  update(socket: WebSocket, connection: ConnectionState): void {
    // Whoever still holds what it was must not bring it back.
    if (this.#closed.has(socket)) return;
    this.#untrack(socket);
    this.#track(socket, connection);
    this.#saveAttachment(socket, connection);
  }

  /** Every socket, and what is known of it. */
  entries(): [WebSocket, ConnectionState][] {
    return [...this.#states];
  }

  /** The sockets that were sent `ready`, with what is known of them. */
  *ready(): Iterable<ReadyConnection> {
    for (const connection of this.#states.values()) if (connection.state === 'joined') yield connection;
  }

  /** The presence keys of the sockets that were sent `ready`, each once. */
  presenceKeys(): Iterable<string> {
    return this.#presenceKeyCounts.keys();
  }

  hasPresenceKey(key: string): boolean {
    return this.#presenceKeyCounts.has(key);
  }

  /** Sends to one socket. One that is going away is not an error: its close will be told. */
  send(socket: WebSocket, frame: ServerFrame): void {
    this.#write(socket, withSize(JSON.stringify(frame)));
  }

  /** Sends to every socket that is ready, after the change it tells of was written. */
  broadcast(frame: ServerFrame): void {
    this.#broadcastBatcher.add(frame);
  }

  /** Sends to the sockets of moderators, at once. */
  sendToModerators(frame: ServerFrame): void {
    this.flush();
    for (const [socket, connection] of this.#states) {
      const isRecipient =
        connection.state === 'joined' &&
        isModerator(connection.role) &&
        !isIdentityExpired(connection, this.#clock.now());
      if (isRecipient) this.send(socket, frame);
    }
  }

  /** How many sockets there are from an address (a digest). */
  countFromAddress(address: string): number {
    let count = 0;
    for (const connection of this.#states.values()) if (connection.address === address) count++;
    return count;
  }

  /** The sockets of a person. */
  socketsOf(id: string): WebSocket[] {
    return [...this.#states].flatMap(([socket, connection]) =>
      connection.state === 'joined' && participantOf(connection)?.id === id ? socket : [],
    );
  }

  /** Gives the sockets of a person another role, but for those that have more by a token. */
  setRole(id: string, role: RoleName): void {
    for (const socket of this.socketsOf(id)) {
      const connection = this.get(socket);
      if (connection?.state !== 'joined' || !connection.participant || outranks(connection.role, 'moderator')) continue;
      this.update(socket, { ...connection, role, participant: { ...connection.participant, role } });
    }
  }

  /** Sends what was gathered. Called before a socket becomes ready, so that it is told nothing its `ready` holds. */
  flush(): void {
    this.#broadcastBatcher.flush();
  }

  /** Closes a socket over a refusal that has a close code. */
  close(socket: WebSocket, failure: Failure): void {
    this.#closeSocket(socket, failure.closeCode ?? 1011, closeReason(failure));
  }

  /** Answers the close of a peer, which the runtime does not always do. */
  answerClose(socket: WebSocket, code: number, reason: string): void {
    this.#closeSocket(socket, unsendableCloseCodes.includes(code) ? 1000 : code, reason);
  }

  closeAll(failure: Failure): void {
    for (const socket of [...this.#states.keys()]) this.close(socket, failure);
  }

  /** Closes the sockets that were sent `ready` and of which that holds. */
  closeWhere(matches: (connection: ReadyConnection) => boolean, failure: Failure): void {
    for (const [socket, connection] of [...this.#states]) {
      if (connection.state === 'joined' && matches(connection)) this.close(socket, failure);
    }
  }

  /** Counts sockets that were counted under one key under another. */
  changePresenceKey(from: string, to: string): void {
    for (const [socket, connection] of [...this.#states]) {
      if (connection.state === 'joined' && connection.key === from) this.update(socket, { ...connection, key: to });
    }
  }

  /** Notes a sign of life where it will be found after hibernation; a note a minute is enough for the sweep. */
  touch(socket: WebSocket): void {
    const connection = this.get(socket);
    const now = this.#clock.now();
    if (connection && this.#slowConsumers.markActive(socket)) this.#saveAttachment(socket, connection);
    if (connection?.state !== 'joined' || now - connection.heardAt < limits.lastSeenWriteMs) return;
    this.update(socket, { ...connection, heardAt: now });
  }

  /** The sockets to close: those that did not say in time who they are, and those that used to ping and fell silent. */
  stale(): { socket: WebSocket; failure: Failure }[] {
    const now = this.#clock.now();
    return [...this.#states].flatMap(([socket, connection]) => {
      if (connection.state === 'waiting') {
        return connection.since + limits.authTimeoutMs <= now ? { socket, ...fail('no_auth') } : [];
      }
      const lastAliveAt = Math.max(this.#lastPingAt(socket) ?? now, connection.heardAt);
      return lastAliveAt + limits.silentAfterMs <= now ? { socket, ...fail('silent') } : [];
    });
  }

  /** When to look for sockets to close, in milliseconds; undefined where there are none. */
  nextDue(): number | undefined {
    if (this.#states.size === 0) return undefined;
    const due = [...this.#states.values()].map((connection) =>
      connection.state === 'waiting' ? connection.since + limits.authTimeoutMs : Number.POSITIVE_INFINITY,
    );
    return Math.min(nextSweep(this.#clock.now(), this.#sweepOffset), ...due);
  }

  /**
   * A time at which the room wakes anyway, at or after `time`, where it has sockets to sweep; a time that is past stays
   * as it is. Milliseconds.
   */
  alignToSweep(time: number): number {
    return this.#states.size === 0 || time <= this.#clock.now() ? time : nextSweep(time - 1, this.#sweepOffset);
  }

  #lastPingAt(socket: WebSocket): number | undefined {
    return this.#ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime();
  }

  #saveAttachment(socket: WebSocket, connection: ConnectionState): void {
    socket.serializeAttachment({
      session: connection,
      backlog: this.#slowConsumers.snapshotForAttachment(socket),
    } satisfies Attachment);
  }

  #closeSocket(socket: WebSocket, code: number, reason: string): void {
    this.#closed.add(socket);
    this.#untrack(socket);
    this.#slowConsumers.remove(socket);
    try {
      socket.serializeAttachment(null);
      socket.close(code, reason);
    } catch {
      // It is closed already.
    }
  }

  #writeToAll(texts: readonly string[]): void {
    const plain = texts.map(withSize);
    const batched = texts.length > 1 ? [withSize(`{"type":"batch","frames":[${texts.join(',')}]}`)] : plain;
    for (const [socket, connection] of this.#states) {
      if (connection.state !== 'joined') continue;
      for (const text of connection.batch ? batched : plain) this.#write(socket, text);
    }
    // Not before everyone was sent everything: whoever is hung up on leaves the map that was gone through.
    for (const socket of this.#slowConsumers.drainOverLimit()) this.#disconnectSlow(socket);
  }

  #disconnectSlow(socket: WebSocket): void {
    try {
      this.#disconnect(socket, fail('silent').failure);
    } catch (error) {
      // It is closed and everyone was told; only the copies were not, and the next alarm sees to that.
      console.error(logLine('hang_up_failed', errorFields(error)));
    }
  }

  #write(socket: WebSocket, { text, bytes }: SizedText): void {
    try {
      socket.send(text);
      const connection = this.#slowConsumers.countSent(socket, bytes) && this.#states.get(socket);
      if (connection) this.#saveAttachment(socket, connection);
    } catch {
      // One socket that fails never stops a broadcast.
    }
  }

  #track(socket: WebSocket, connection: ConnectionState): void {
    this.#states.set(socket, connection);
    if (connection.state === 'joined')
      this.#presenceKeyCounts.set(connection.key, (this.#presenceKeyCounts.get(connection.key) ?? 0) + 1);
  }

  #untrack(socket: WebSocket): void {
    const connection = this.#states.get(socket);
    this.#states.delete(socket);
    if (connection?.state !== 'joined') return;
    const remaining = (this.#presenceKeyCounts.get(connection.key) ?? 0) - 1;
    if (remaining > 0) this.#presenceKeyCounts.set(connection.key, remaining);
    else this.#presenceKeyCounts.delete(connection.key);
  }
}
