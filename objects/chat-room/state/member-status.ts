/**
 * Who is not like everyone else: moderators, the muted and the banned (table `standings`), and the addresses from which
 * no new identity is taken after a ban (table `banned_addresses`, digests only).
 */
import { type Err, fail } from '../../../shared/failures.ts';
import { forever, type MemberStatus } from '../../../shared/moderation.ts';

type Row = {
  participant_id: string;
  name: string;
  is_moderator: number;
  muted_until: number | null;
  mute_reason: string | null;
  banned_until: number | null;
  ban_reason: string | null;
};

/** A mute or a ban that is in force. */
export interface Sanction {
  /** Milliseconds; `forever` where it has no end. */
  until: number;
  reason: string | undefined;
}

/** What is set of a standing; what is absent stays. */
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

  /** The name under which a standing was given. */
  nameOf(id: string): string | undefined {
    return this.#rows().get(id)?.name;
  }

  /** Everyone with a standing that is in force. */
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

  /** Gives somebody a standing. To be called in a transaction. */
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

  /** Gives somebody the standing that they had elsewhere. To be called in a transaction. */
  restore({ id, name, isModerator, mutedUntil, bannedUntil, muteReason, banReason }: MemberStatus): void {
    const sanction = (until: number | undefined, reason: string | undefined) =>
      until === undefined ? null : { until, reason };
    this.set(id, name, {
      isModerator,
      muted: sanction(mutedUntil, muteReason),
      banned: sanction(bannedUntil, banReason),
    });
  }

  /** Calls somebody something else, if they have a standing. To be called in a transaction. */
  rename(id: string, name: string): void {
    if (this.#rows().has(id)) this.set(id, name, {});
  }

  /** Keeps new opaque identities from those addresses out because of somebody's ban. */
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

  /** Lets the addresses in again that somebody's ban has closed. */
  unbanAddresses(id: string): void {
    this.#sql.exec('DELETE FROM banned_addresses WHERE participant_id = ?', id);
  }

  /** Until when an address is closed to new opaque identities, in milliseconds; undefined where it is open. */
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

  /** Forgets what was read or written, after a transaction failed. */
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

/** Refuses somebody over what a moderator did: with the reason, where one was given. */
export function sanctionFailure(
  code: 'banned' | 'kicked' | 'muted',
  reason: string | undefined,
  details: { retryAfter?: number } = {},
): Err {
  return fail(code, { ...(reason && { text: `${fail(code).failure.text}: ${reason}` }), ...details });
}

/** Refuses somebody over a restraint that is in force: with its reason, and the seconds until it ends, if it does. */
export function activeSanctionFailure(code: 'banned' | 'muted', { until, reason }: Sanction, now: number): Err {
  return sanctionFailure(
    code,
    reason,
    until === forever ? {} : { retryAfter: Math.max(1, Math.ceil((until - now) / 1_000)) },
  );
}
