/**
 * Who is here: the distinct people among the sockets that are ready and the REST leases (table `leases`). The count is
 * derived from them each time, never added to, so it cannot drift or go below zero.
 */
import { done, fail, type Outcome } from '../../shared/failures.ts';
import { limits } from '../../shared/limits.ts';
import type { Participant, RoleName } from '../../shared/participant.ts';
import { hasExpired, type Lease, leaseEnd, mergePerson, outranks, personOf } from './rules.ts';
import type { Sessions } from './sessions.ts';

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
  readonly #sessions: Sessions;
  readonly #mutedUntil: (id: string) => number | undefined;
  /** The leases by key, oldest first, as the table has them; undefined until read, and after a failed transaction. */
  #known: Map<string, Lease> | undefined;

  /** @param mutedUntil until when somebody may not post, in milliseconds */
  constructor(sql: SqlStorage, sessions: Sessions, mutedUntil: (id: string) => number | undefined) {
    this.#sql = sql;
    this.#sessions = sessions;
    this.#mutedUntil = mutedUntil;
  }

  /** How many people are here. */
  count(): number {
    const leases = this.#leases();
    let count = leases.size;
    for (const key of this.#sessions.keys()) if (!leases.has(key)) count++;
    return count;
  }

  /** Whether that person or visitor is here, by a socket or a lease. */
  isHere(key: string): boolean {
    return this.#sessions.hasKey(key) || this.#leases().has(key);
  }

  hasLease(key: string): boolean {
    return this.#leases().has(key);
  }

  /** The people with an identity, each once, by id. */
  list(): Participant[] {
    const people = new Map<string, Participant>();
    for (const { participant } of this.#shown()) {
      const earlier = people.get(participant.id);
      people.set(participant.id, earlier ? mergePerson(earlier, participant) : participant);
    }
    return [...people.values()].map((one) => this.muting(one)).sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** A person as everyone sees them; undefined when they are not here. */
  person(id: string): Participant | undefined {
    if (!this.isHere(id)) return undefined;
    const shown = this.#shown(id).map(({ participant }) => participant);
    return shown.length === 0 ? undefined : this.muting(shown.reduce(mergePerson));
  }

  /**
   * Grants or renews a lease.
   * @returns `too_many_leases` (429) when the room, or that address in it, has as many anonymous ones as it may
   */
  join({ key, participant, namedAt, address }: Omit<Lease, 'until'>, now: number): Outcome<Lease> {
    const known = this.#leases().get(key);
    const until = leaseEnd(participant, now);
    const lease = { key, participant, namedAt, address: known?.address ?? address, until };
    const crowd = known ? [] : this.#crowd(participant !== null, address);
    const [first] = crowd;
    if (first) {
      const free = Math.min(...crowd.map((other) => other.until));
      return fail('too_many_leases', { retryAfter: Math.max(1, Math.ceil((free - now) / 1_000)) });
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
    return done(lease);
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
    const sessions = [...this.#sessions.joined()].filter((session) => personOf(session)?.id === id);
    const lease = this.#leases().get(id);
    return new Set([...sessions, ...(lease ? [lease] : [])].map(({ address }) => address));
  }

  /** Ends a lease, if there is one. */
  leave(key: string): void {
    this.#sql.exec('DELETE FROM leases WHERE key = ?', key);
    this.#leases().delete(key);
  }

  /** Ends the leases of which that holds. */
  leaveWhere(holds: (lease: Lease) => boolean): void {
    for (const lease of [...this.#leases().values()]) if (holds(lease)) this.leave(lease.key);
  }

  /** The anonymous lease that has been here longest. */
  oldestAnonymous(): Lease | undefined {
    for (const lease of this.#leases().values()) if (!lease.participant) return lease;
    return undefined;
  }

  /** The leases that have ended by `now`. */
  expired(now: number): Lease[] {
    return [...this.#leases().values()].filter((lease) => hasExpired(lease, now));
  }

  /** When the first lease ends, in milliseconds. */
  nextDue(): number | undefined {
    const ends = [...this.#leases().values()].map((lease) => lease.until);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  erase(): void {
    this.forget();
    this.#sql.exec('DELETE FROM leases');
  }

  /** Forgets what was read or written, after a transaction failed. */
  forget(): void {
    this.#known = undefined;
  }

  /** The leases of that kind of which there are as many as there may be, in the room or from an address. */
  #crowd(isPersonal: boolean, address: string): Lease[] {
    const alike = [...this.#leases().values()].filter(({ participant }) => (participant !== null) === isPersonal);
    const here = alike.filter((other) => other.address === address);
    if (!isPersonal && alike.length >= limits.anonymousLeases) return alike;
    const most = isPersonal ? limits.personalLeasesPerAddress : limits.anonymousLeasesPerAddress;
    return here.length >= most ? here : [];
  }

  /** A person as everyone sees them, with how long they are muted. */
  muting(person: Participant): Participant {
    const mutedUntil = this.#mutedUntil(person.id);
    return mutedUntil === undefined ? person : { ...person, mutedUntil };
  }

  /** Each lease and socket with an identity, or with that one, the latest named last. */
  #shown(id?: string): { participant: Participant; namedAt: number }[] {
    const isWanted = (participant: Participant) => id === undefined || participant.id === id;
    return [...this.#leases().values(), ...this.#sessions.joined()]
      .flatMap(({ participant, namedAt }) => (participant && isWanted(participant) ? { participant, namedAt } : []))
      .sort((one, other) => one.namedAt - other.namedAt);
  }

  #leases(): Map<string, Lease> {
    this.#known ??= new Map(
      this.#sql
        .exec<Row>('SELECT key, participant_id, name, role, named_at, address, until FROM leases ORDER BY id')
        .toArray()
        .map((row) => [row.key, toLease(row)]),
    );
    return this.#known;
  }
}
