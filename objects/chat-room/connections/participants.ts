/**
 * The presence set of the room: the distinct participants and visitors of the ready connections and of the REST leases
 * (table `leases`). The count is derived from both on each call, so it can neither drift nor become negative.
 */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import type { Participant, RoleName } from '../../../shared/participant.ts';
import { isLeaseExpired, type Lease, leaseExpiry } from '../access/lease.ts';
import { mergePresence, outranks, participantOf } from '../access/permissions.ts';
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
  /** The leases by key, oldest first; undefined until read, and after a failed transaction. */
  #cache: Map<string, Lease> | undefined;

  /** @param mutedUntil when a participant's mute ends, in milliseconds; undefined if they are not muted */
  constructor(sql: SqlStorage, connections: Connections, mutedUntil: (id: string) => number | undefined) {
    this.#sql = sql;
    this.#connections = connections;
    this.#mutedUntil = mutedUntil;
  }

  /** The participant count: participants and anonymous visitors. */
  count(): number {
    const leases = this.#leases();
    let count = leases.size;
    for (const key of this.#connections.presenceKeys()) if (!leases.has(key)) count++;
    return count;
  }

  /** Whether a presence key has a ready connection or a lease. */
  isPresent(key: string): boolean {
    return this.#connections.hasPresenceKey(key) || this.#leases().has(key);
  }

  hasLease(key: string): boolean {
    return this.#leases().has(key);
  }

  /** The participants present, without anonymous visitors, sorted by id. */
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

  /** A participant who is present, as presence frames show them. */
  find(id: string): Participant | undefined {
    if (!this.isPresent(id)) return undefined;
    const presences = this.#presences(id).map(({ participant }) => participant);
    return presences.length === 0 ? undefined : this.withMute(presences.reduce(mergePresence));
  }

  /** The participant with the end of their mute, if they are muted. */
  withMute(participant: Participant): Participant {
    const mutedUntil = this.#mutedUntil(participant.id);
    return mutedUntil === undefined ? participant : { ...participant, mutedUntil };
  }

  /**
   * Grants or renews a lease. Call in a transaction, as the other methods that write.
   * @returns the lease; `too_many_leases` (429) if a new one exceeds the limit of its address or, for an anonymous one,
   *   of the room
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

  /** Changes the role of a participant's lease, except of an admin or operator. */
  setRole(id: string, role: RoleName): void {
    const lease = this.#leases().get(id);
    if (!lease?.participant || outranks(lease.participant.role, 'moderator')) return;
    this.#sql.exec('UPDATE leases SET role = ? WHERE key = ?', role, id);
    this.#leases().set(id, { ...lease, participant: { ...lease.participant, role } });
  }

  /** Digests of the addresses of a participant's connections and lease. */
  addressesOf(id: string): Set<string> {
    const connections = [...this.#connections.ready()].filter((connection) => participantOf(connection)?.id === id);
    const lease = this.#leases().get(id);
    return new Set([...connections, ...(lease ? [lease] : [])].map(({ address }) => address));
  }

  /** Ends the lease of a presence key, if there is one. */
  endLease(key: string): void {
    this.#sql.exec('DELETE FROM leases WHERE key = ?', key);
    this.#leases().delete(key);
  }

  /** Ends the leases that `matches` selects. */
  endLeasesWhere(matches: (lease: Lease) => boolean): void {
    for (const lease of [...this.#leases().values()]) if (matches(lease)) this.endLease(lease.key);
  }

  /** The anonymous lease that was granted first. */
  oldestAnonymousLease(): Lease | undefined {
    for (const lease of this.#leases().values()) if (!lease.participant) return lease;
    return undefined;
  }

  /** The leases to end. */
  expiredLeases(now: number): Lease[] {
    return [...this.#leases().values()].filter((lease) => isLeaseExpired(lease, now));
  }

  /** When the next lease expires, in milliseconds; undefined without leases. */
  nextDue(): number | undefined {
    const ends = [...this.#leases().values()].map((lease) => lease.until);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  clear(): void {
    this.invalidate();
    this.#sql.exec('DELETE FROM leases');
  }

  /** Drops the cached leases. Called after a failed transaction. */
  invalidate(): void {
    this.#cache = undefined;
  }

  /** The leases that exhaust the limit for one more of this kind from this address; empty if it is allowed. */
  #overLimit(isPersonal: boolean, address: string): Lease[] {
    const sameKind = [...this.#leases().values()].filter(({ participant }) => (participant !== null) === isPersonal);
    const fromAddress = sameKind.filter((other) => other.address === address);
    if (!isPersonal && sameKind.length >= limits.lease.anonymousPerRoom) return sameKind;
    const limit = isPersonal ? limits.lease.personalPerAddress : limits.lease.anonymousPerAddress;
    return fromAddress.length >= limit ? fromAddress : [];
  }

  /** The participants of all leases and ready connections, or those with `id`; the name chosen last comes last. */
  #presences(id?: string): { participant: Participant; namedAt: number }[] {
    const isWanted = (participant: Participant) => id === undefined || participant.id === id;
    return [...this.#leases().values(), ...this.#connections.ready()]
      .flatMap(({ participant, namedAt }) => (participant && isWanted(participant) ? { participant, namedAt } : []))
      .sort((earlier, later) => earlier.namedAt - later.namedAt);
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
