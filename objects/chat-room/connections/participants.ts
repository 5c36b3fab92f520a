/**
 * Who is here: the distinct people among the sockets that are ready and the REST leases (table `leases`). The count is
 * derived from them each time, never added to, so it cannot drift or go below zero.
 */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import type { Participant, RoleName } from '../../../shared/participant.ts';
import {
  isLeaseExpired,
  type Lease,
  leaseExpiry,
  mergePresence,
  outranks,
  participantOf,
} from '../access/permissions.ts';
import type { Connections } from './connections.ts';

type Row = {
  key: string;
  participant_id: string | null;
  name: string | null;
  role: string | null;
  named_at: number;
  address: string;
  until: number;
};

function toLease(row: Row): Lease {
  const participant =
    row.participant_id === null ? null : { id: row.participant_id, name: row.name ?? '', role: row.role as RoleName };
  return { key: row.key, participant, namedAt: row.named_at, address: row.address, until: row.until };
}

export class Participants {
  readonly #sql: SqlStorage;
  readonly #connections: Connections;
  readonly #mutedUntil: (id: string) => number | undefined;
  /** The leases by key, oldest first, as the table has them; undefined until read, and after a failed transaction. */
  #cache: Map<string, Lease> | undefined;

  /** @param mutedUntil until when somebody may not post, in milliseconds */
  constructor(sql: SqlStorage, connections: Connections, mutedUntil: (id: string) => number | undefined) {
    this.#sql = sql;
    this.#connections = connections;
    this.#mutedUntil = mutedUntil;
  }

  /** How many people are here. */
  count(): number {
    const leases = this.#leases();
    let count = leases.size;
    for (const key of this.#connections.presenceKeys()) if (!leases.has(key)) count++;
    return count;
  }

  /** Whether that person or visitor is here, by a socket or a lease. */
  isPresent(key: string): boolean {
    return this.#connections.hasPresenceKey(key) || this.#leases().has(key);
  }

  hasLease(key: string): boolean {
    return this.#leases().has(key);
  }

  /** The people with an identity, each once, by id. */
  list(): Participant[] {
    const byId = new Map<string, Participant>();
    for (const { participant } of this.#presences()) {
      const existing = byId.get(participant.id);
      byId.set(participant.id, existing ? mergePresence(existing, participant) : participant);
    }
    return [...byId.values()]
      .map((participant) => this.withMute(participant))
      .sort((participant, other) => (participant.id < other.id ? -1 : 1));
  }

  /** A person as everyone sees them; undefined when they are not here. */
  find(id: string): Participant | undefined {
    if (!this.isPresent(id)) return undefined;
    const presences = this.#presences(id).map(({ participant }) => participant);
    return presences.length === 0 ? undefined : this.withMute(presences.reduce(mergePresence));
  }

  /**
   * Grants or renews a lease.
   * @returns `too_many_leases` (429) when the room, or that address in it, has as many anonymous ones as it may
   */
  grantLease({ key, participant, namedAt, address }: Omit<Lease, 'until'>, now: number): Result<Lease> {
    const existing = this.#leases().get(key);
    const until = leaseExpiry(participant, now);
    const lease = { key, participant, namedAt, address: existing?.address ?? address, until };
    const overLimit = existing ? [] : this.#overLimit(participant !== null, address);
    const [first] = overLimit;
    if (first) {
      const freeAt = Math.min(...overLimit.map((other) => other.until));
      return fail('too_many_leases', { retryAfter: Math.max(1, Math.ceil((freeAt - now) / 1_000)) });
    }
    this.#sql.exec(
      `INSERT INTO leases (key, participant_id, name, role, named_at, address, until) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET name = excluded.name, role = excluded.role,
         named_at = excluded.named_at, until = excluded.until`,
      key,
      participant?.id ?? null,
      participant?.name ?? null,
      participant?.role ?? null,
      namedAt,
      lease.address,
      lease.until,
    );
    this.#leases().set(key, lease);
    return ok(lease);
  }

  /** Gives the lease of a person another role. */
  setRole(id: string, role: RoleName): void {
    const lease = this.#leases().get(id);
    if (!lease?.participant || outranks(lease.participant.role, 'moderator')) return;
    this.#sql.exec('UPDATE leases SET role = ? WHERE key = ?', role, id);
    this.#leases().set(id, { ...lease, participant: { ...lease.participant, role } });
  }

  /** Where somebody is here from (digests). */
  addressesOf(id: string): Set<string> {
    const connections = [...this.#connections.ready()].filter((connection) => participantOf(connection)?.id === id);
    const lease = this.#leases().get(id);
    return new Set([...connections, ...(lease ? [lease] : [])].map(({ address }) => address));
  }

  /** Ends a lease, if there is one. */
  endLease(key: string): void {
    this.#sql.exec('DELETE FROM leases WHERE key = ?', key);
    this.#leases().delete(key);
  }

  /** Ends the leases of which that holds. */
  endLeasesWhere(matches: (lease: Lease) => boolean): void {
    for (const lease of [...this.#leases().values()]) if (matches(lease)) this.endLease(lease.key);
  }

  /** The anonymous lease that has been here longest. */
  oldestAnonymousLease(): Lease | undefined {
    for (const lease of this.#leases().values()) if (!lease.participant) return lease;
    return undefined;
  }

  /** The leases that have ended by `now`. */
  expiredLeases(now: number): Lease[] {
    return [...this.#leases().values()].filter((lease) => isLeaseExpired(lease, now));
  }

  /** When the first lease ends, in milliseconds. */
  nextDue(): number | undefined {
    const ends = [...this.#leases().values()].map((lease) => lease.until);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  clear(): void {
    this.invalidate();
    this.#sql.exec('DELETE FROM leases');
  }

  /** Forgets what was read or written, after a transaction failed. */
  invalidate(): void {
    this.#cache = undefined;
  }

  /** The leases of that kind of which there are as many as there may be, in the room or from an address. */
  #overLimit(isPersonal: boolean, address: string): Lease[] {
    const sameKind = [...this.#leases().values()].filter(({ participant }) => (participant !== null) === isPersonal);
    const fromAddress = sameKind.filter((other) => other.address === address);
    if (!isPersonal && sameKind.length >= limits.anonymousLeases) return sameKind;
    const limit = isPersonal ? limits.personalLeasesPerAddress : limits.anonymousLeasesPerAddress;
    return fromAddress.length >= limit ? fromAddress : [];
  }

  /** A person as everyone sees them, with how long they are muted. */
  withMute(participant: Participant): Participant {
    const mutedUntil = this.#mutedUntil(participant.id);
    return mutedUntil === undefined ? participant : { ...participant, mutedUntil };
  }

  /** Each lease and socket with an identity, or with that one, the latest named last. */
  #presences(id?: string): { participant: Participant; namedAt: number }[] {
    const isWanted = (participant: Participant) => id === undefined || participant.id === id;
    return [...this.#leases().values(), ...this.#connections.ready()]
      .flatMap(({ participant, namedAt }) => (participant && isWanted(participant) ? { participant, namedAt } : []))
      .sort((one, other) => one.namedAt - other.namedAt);
  }

  #leases(): Map<string, Lease> {
    this.#cache ??= new Map(
      this.#sql
        .exec<Row>('SELECT key, participant_id, name, role, named_at, address, until FROM leases ORDER BY id')
        .toArray()
        .map((row) => [row.key, toLease(row)]),
    );
    return this.#cache;
  }
}
