/**
 * The room's sockets and what is known of each. It stands in the socket's attachment, which outlives hibernation; the
 * map beside it only saves reading it again.
 */
import { Buffer } from 'node:buffer';
import { closeReason, type Failure, fail } from '../../shared/failures.ts';
import type { ServerFrame } from '../../shared/frames.ts';
import { limits } from '../../shared/limits.ts';
import { errorFields, logLine } from '../../shared/log.ts';
import type { RoleName } from '../../shared/participant.ts';
import type { Clock } from '../storage/clock.ts';
import { Backlogs } from './backlogs.ts';
import { Gathering } from './gathering.ts';
import { hasLapsed, isModerator, nextSweep, outranks, personOf } from './rules.ts';
import type { Attachment, Joined, Session } from './session.ts';

/** A text on its way to many, with its size. */
interface Weighed {
  text: string;
  /** Of UTF-8. */
  bytes: number;
}

const weigh = (text: string): Weighed => ({ text, bytes: Buffer.byteLength(text) });

/** Codes that a peer may receive but that nobody may send. */
const unsendable = [1005, 1006, 1015];

export class Sessions {
  readonly #ctx: DurableObjectState;
  readonly #known = new Map<WebSocket, Session>();
  readonly #ended = new WeakSet<WebSocket>();
  readonly #keys = new Map<string, number>();
  readonly #clock: Clock;
  /** Milliseconds by which this room's sweeps are apart from those of others. */
  readonly #beat: number;
  readonly #gathering: Gathering;
  readonly #backlogs: Backlogs;
  readonly #hangUp: (socket: WebSocket, failure: Failure) => void;

  /** @param hangUp closes a socket so that the others hear of it */
  constructor(ctx: DurableObjectState, clock: Clock, hangUp: (socket: WebSocket, failure: Failure) => void) {
    this.#ctx = ctx;
    this.#clock = clock;
    this.#hangUp = hangUp;
    this.#backlogs = new Backlogs(clock, (socket) => this.#pingedAt(socket));
    this.#gathering = new Gathering(clock, (texts) => this.#writeToAll(texts));
    this.#beat = Number.parseInt(ctx.id.toString().slice(0, 8), 16) % limits.sweepMs;
    for (const socket of ctx.getWebSockets()) this.of(socket);
  }

  /**
   * Takes a socket in.
   * @param address a digest of where it comes from
   * @returns by when it must have said who it is, in milliseconds
   */
  open(socket: WebSocket, address: string): number {
    const now = this.#clock.now();
    this.#ctx.acceptWebSocket(socket);
    this.update(socket, { state: 'waiting', since: now, address, badFrames: 0 });
    return now + limits.authMs;
  }

  /**
   * What is known of a socket; undefined once it was closed. A socket whose close woke the room is no longer among
   * `getWebSockets()`, but its attachment still says whose it was.
   */
  of(socket: WebSocket): Session | undefined {
    const known = this.#known.get(socket);
    if (known) return known;
    const attached: Attachment | null = socket.deserializeAttachment();
    if (!attached) return undefined;
    this.#remember(socket, attached.session);
    this.#backlogs.resume(socket, attached.backlog);
    return attached.session;
  }

  update(socket: WebSocket, session: Session): void {
    // Whoever still holds what it was must not bring it back.
    if (this.#ended.has(socket)) return;
    this.#forget(socket);
    this.#remember(socket, session);
    this.#attach(socket, session);
  }

  /** Every socket, and what is known of it. */
  all(): [WebSocket, Session][] {
    return [...this.#known];
  }

  /** The sockets that were sent `ready`, with what is known of them. */
  *joined(): Iterable<Joined> {
    for (const session of this.#known.values()) if (session.state === 'joined') yield session;
  }

  /** The presence keys of the sockets that were sent `ready`, each once. */
  keys(): Iterable<string> {
    return this.#keys.keys();
  }

  hasKey(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Sends to one socket. One that is going away is not an error: its close will be told. */
  send(socket: WebSocket, frame: ServerFrame): void {
    this.#write(socket, weigh(JSON.stringify(frame)));
  }

  /** Sends to every socket that is ready, after the change it tells of was written. */
  broadcast(frame: ServerFrame): void {
    this.#gathering.add(frame);
  }

  /** Sends to the sockets of moderators, at once. */
  tellModerators(frame: ServerFrame): void {
    this.flush();
    for (const [socket, session] of this.#known) {
      const isOne = session.state === 'joined' && isModerator(session.role) && !hasLapsed(session, this.#clock.now());
      if (isOne) this.send(socket, frame);
    }
  }

  /** How many sockets there are from an address (a digest). */
  countFrom(address: string): number {
    let count = 0;
    for (const session of this.#known.values()) if (session.address === address) count++;
    return count;
  }

  /** The sockets of a person. */
  socketsOf(id: string): WebSocket[] {
    return [...this.#known].flatMap(([socket, session]) =>
      session.state === 'joined' && personOf(session)?.id === id ? socket : [],
    );
  }

  /** Gives the sockets of a person another role, but for those that have more by a token. */
  setRole(id: string, role: RoleName): void {
    for (const socket of this.socketsOf(id)) {
      const session = this.of(socket);
      if (session?.state !== 'joined' || !session.participant || outranks(session.role, 'moderator')) continue;
      this.update(socket, { ...session, role, participant: { ...session.participant, role } });
    }
  }

  /** Sends what was gathered. Called before a socket becomes ready, so that it is told nothing its `ready` holds. */
  flush(): void {
    this.#gathering.flush();
  }

  /** Closes a socket over a refusal that has a close code. */
  close(socket: WebSocket, failure: Failure): void {
    this.#end(socket, failure.closeCode ?? 1011, closeReason(failure));
  }

  /** Answers the close of a peer, which the runtime does not always do. */
  closed(socket: WebSocket, code: number, reason: string): void {
    this.#end(socket, unsendable.includes(code) ? 1000 : code, reason);
  }

  closeAll(failure: Failure): void {
    for (const socket of [...this.#known.keys()]) this.close(socket, failure);
  }

  /** Closes the sockets that were sent `ready` and of which that holds. */
  closeWhere(holds: (session: Joined) => boolean, failure: Failure): void {
    for (const [socket, session] of [...this.#known]) {
      if (session.state === 'joined' && holds(session)) this.close(socket, failure);
    }
  }

  /** Counts sockets that were counted under one key under another. */
  rekey(from: string, to: string): void {
    for (const [socket, session] of [...this.#known]) {
      if (session.state === 'joined' && session.key === from) this.update(socket, { ...session, key: to });
    }
  }

  /** Notes a sign of life where it will be found after hibernation; a note a minute is enough for the sweep. */
  heard(socket: WebSocket): void {
    const session = this.of(socket);
    const now = this.#clock.now();
    if (session && this.#backlogs.heard(socket)) this.#attach(socket, session);
    if (session?.state !== 'joined' || now - session.heardAt < limits.heardEveryMs) return;
    this.update(socket, { ...session, heardAt: now });
  }

  /** The sockets to close: those that did not say in time who they are, and those that used to ping and fell silent. */
  overdue(): { socket: WebSocket; failure: Failure }[] {
    const now = this.#clock.now();
    return [...this.#known].flatMap(([socket, session]) => {
      if (session.state === 'waiting') {
        return session.since + limits.authMs <= now ? { socket, ...fail('no_auth') } : [];
      }
      const aliveAt = Math.max(this.#pingedAt(socket) ?? now, session.heardAt);
      return aliveAt + limits.silentMs <= now ? { socket, ...fail('silent') } : [];
    });
  }

  /** When to look for sockets to close, in milliseconds; undefined where there are none. */
  nextDue(): number | undefined {
    if (this.#known.size === 0) return undefined;
    const due = [...this.#known.values()].map((session) =>
      session.state === 'waiting' ? session.since + limits.authMs : Number.POSITIVE_INFINITY,
    );
    return Math.min(nextSweep(this.#clock.now(), this.#beat), ...due);
  }

  /**
   * A time at which the room wakes anyway, at or after `time`, where it has sockets to sweep; a time that is past stays
   * as it is. Milliseconds.
   */
  atSweep(time: number): number {
    return this.#known.size === 0 || time <= this.#clock.now() ? time : nextSweep(time - 1, this.#beat);
  }

  #pingedAt(socket: WebSocket): number | undefined {
    return this.#ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime();
  }

  #attach(socket: WebSocket, session: Session): void {
    socket.serializeAttachment({ session, backlog: this.#backlogs.of(socket) } satisfies Attachment);
  }

  #end(socket: WebSocket, code: number, reason: string): void {
    this.#ended.add(socket);
    this.#forget(socket);
    this.#backlogs.forget(socket);
    try {
      socket.serializeAttachment(null);
      socket.close(code, reason);
    } catch {
      // It is closed already.
    }
  }

  #writeToAll(texts: readonly string[]): void {
    const plain = texts.map(weigh);
    const batched = texts.length > 1 ? [weigh(`{"type":"batch","frames":[${texts.join(',')}]}`)] : plain;
    for (const [socket, session] of this.#known) {
      if (session.state !== 'joined') continue;
      for (const text of session.batch ? batched : plain) this.#write(socket, text);
    }
    // Not before everyone was sent everything: whoever is hung up on leaves the map that was gone through.
    for (const socket of this.#backlogs.takeOverfull()) this.#giveUp(socket);
  }

  #giveUp(socket: WebSocket): void {
    try {
      this.#hangUp(socket, fail('silent').failure);
    } catch (error) {
      // It is closed and everyone was told; only the copies were not, and the next alarm sees to that.
      console.error(logLine('hang_up_failed', errorFields(error)));
    }
  }

  #write(socket: WebSocket, { text, bytes }: Weighed): void {
    try {
      socket.send(text);
      const session = this.#backlogs.add(socket, bytes) && this.#known.get(socket);
      if (session) this.#attach(socket, session);
    } catch {
      // One socket that fails never stops a broadcast.
    }
  }

  #remember(socket: WebSocket, session: Session): void {
    this.#known.set(socket, session);
    if (session.state === 'joined') this.#keys.set(session.key, (this.#keys.get(session.key) ?? 0) + 1);
  }

  #forget(socket: WebSocket): void {
    const session = this.#known.get(socket);
    this.#known.delete(socket);
    if (session?.state !== 'joined') return;
    const left = (this.#keys.get(session.key) ?? 0) - 1;
    if (left > 0) this.#keys.set(session.key, left);
    else this.#keys.delete(session.key);
  }
}
