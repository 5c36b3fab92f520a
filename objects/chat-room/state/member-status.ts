/**
 * Per-participant moderation status: moderator, muted, banned (table `standings`), and the addresses that a ban closes
 * to new participants without a JWT (table `banned_addresses`, digests only).
 */
import type { MemberStatus } from '../../../shared/moderation.ts';

type Row = {
  participant_id: string;
  name: string;
  is_moderator: number;
  muted_until: number | null;
  mute_reason: string | null;
  banned_until: number | null;
  ban_reason: string | null;
};

/** A mute or ban. */
export interface Sanction {
  /** When it ends, in milliseconds; `forever` if it does not. */
  until: number;
  reason: string | undefined;
}

/** The parts of a status to change; null lifts a sanction, absent parts stay as they are. */
export interface StatusChange {
  isModerator?: boolean;
  muted?: Sanction | null;
  banned?: Sanction | null;
}

function activeSanction(until: number | null, reason: string | null, now: number): Sanction | undefined {
  return until !== null && until > now ? { until, reason: reason ?? undefined } : undefined;
}

export class MemberStatuses {
  readonly #sql: SqlStorage;
  /** The rows by id; undefined until read, and after a failed transaction. */
  #cache: Map<string, Row> | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  isModerator(id: string): boolean {
    return this.#rows().get(id)?.is_moderator === 1;
  }

  activeMute(id: string, now: number): Sanction | undefined {
    const row = this.#rows().get(id);
    return row && activeSanction(row.muted_until, row.mute_reason, now);
  }

  activeBan(id: string, now: number): Sanction | undefined {
    const row = this.#rows().get(id);
    return row && activeSanction(row.banned_until, row.ban_reason, now);
  }

  /** The participant's name when their status was last changed. */
  nameOf(id: string): string | undefined {
    return this.#rows().get(id)?.name;
  }

  /** The participants who are moderators, muted or banned at `now`. */
  list(now: number): MemberStatus[] {
    return [...this.#rows().values()].flatMap((row) => {
      const muted = activeSanction(row.muted_until, row.mute_reason, now);
      const banned = activeSanction(row.banned_until, row.ban_reason, now);
      if (row.is_moderator === 0 && !muted && !banned) return [];
      return {
        id: row.participant_id,
        name: row.name,
        isModerator: row.is_moderator === 1,
        ...(muted && { mutedUntil: muted.until, ...(muted.reason !== undefined && { muteReason: muted.reason }) }),
        ...(banned && { bannedUntil: banned.until, ...(banned.reason !== undefined && { banReason: banned.reason }) }),
      };
    });
  }

  /** Changes a participant's status. Call in a transaction, as the other methods that write. */
  set(id: string, name: string, { isModerator, muted, banned }: StatusChange): void {
    const row = this.#rows().get(id);
    const before = row ?? {
      is_moderator: 0,
      muted_until: null,
      mute_reason: null,
      banned_until: null,
      ban_reason: null,
    };
    const after: Row = {
      ...before,
      participant_id: id,
      name,
      ...(isModerator !== undefined && { is_moderator: isModerator ? 1 : 0 }),
      ...(muted !== undefined && { muted_until: muted?.until ?? null, mute_reason: muted?.reason ?? null }),
      ...(banned !== undefined && { banned_until: banned?.until ?? null, ban_reason: banned?.reason ?? null }),
    };
    this.#sql.exec(
      `INSERT OR REPLACE INTO standings
         (participant_id, name, is_moderator, muted_until, mute_reason, banned_until, ban_reason)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      id,
      name,
      after.is_moderator,
      after.muted_until,
      after.mute_reason,
      after.banned_until,
      after.ban_reason,
    );
    this.#rows().set(id, after);
  }

  /** Stores the status of a participant of an imported room. */
  restore({ id, name, isModerator, mutedUntil, bannedUntil, muteReason, banReason }: MemberStatus): void {
    const sanction = (until: number | undefined, reason: string | undefined) =>
      until === undefined ? null : { until, reason };
    this.set(id, name, {
      isModerator,
      muted: sanction(mutedUntil, muteReason),
      banned: sanction(bannedUntil, banReason),
    });
  }

  /** Changes the name of a participant who has a status. */
  rename(id: string, name: string): void {
    if (this.#rows().has(id)) this.set(id, name, {});
  }

  /**
   * Closes addresses to new participants without a JWT.
   * @param addresses digests
   * @param id the banned participant
   */
  banAddresses(addresses: Iterable<string>, id: string, until: number, now: number): void {
    this.#sql.exec('DELETE FROM banned_addresses WHERE until <= ?', now);
    for (const address of addresses) {
      this.#sql.exec(
        'INSERT OR REPLACE INTO banned_addresses (address, participant_id, until) VALUES (?, ?, ?)',
        address,
        id,
        until,
      );
    }
  }

  /** Opens the addresses that a participant's ban closed, unless another ban closes them too. */
  unbanAddresses(id: string): void {
    this.#sql.exec('DELETE FROM banned_addresses WHERE participant_id = ?', id);
  }

  /** Until when an address is closed to new participants without a JWT, in milliseconds; undefined if it is open. */
  addressBan(address: string, now: number): number | undefined {
    const { until } = this.#sql
      .exec<{ until: number | null }>('SELECT MAX(until) AS until FROM banned_addresses WHERE address = ?', address)
      .one();
    return until !== null && until > now ? until : undefined;
  }

  clear(): void {
    this.invalidate();
    this.#sql.exec('DELETE FROM standings');
    this.#sql.exec('DELETE FROM banned_addresses');
  }

  /** Drops the cached rows. Called after a failed transaction. */
  invalidate(): void {
    this.#cache = undefined;
  }

  #rows(): Map<string, Row> {
    this.#cache ??= new Map(
      this.#sql
        .exec<Row>('SELECT * FROM standings')
        .toArray()
        .map((row) => [row.participant_id, row]),
    );
    return this.#cache;
  }
}
