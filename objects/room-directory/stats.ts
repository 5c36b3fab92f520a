/**
 * Totals of the service: the table `sums`, one row, adjusted with each change of a room so that reading them never counts
 * all rooms. Deleted rooms are subtracted, except their messages.
 */
import type { RoomRow } from './room-row.ts';

/** The columns that the totals depend on. */
type CountedRoom = Pick<RoomRow, 'deleted_at' | 'unlisted' | 'participant_count' | 'salt' | 'posted'>;

export type Stats = {
  rooms: number;
  /** Rooms that are excluded from the list; included in `rooms`. */
  unlisted: number;
  /** The sum of the rooms' participant counts: a participant in two rooms counts twice. */
  people: number;
  /** Messages ever posted, as of the last update of each room. */
  posted: number;
};

const zeroStats: Stats = { rooms: 0, unlisted: 0, people: 0, posted: 0 };

export class StatsTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  read(): Stats {
    return this.#sql.exec<Stats>('SELECT rooms, unlisted, people, posted FROM sums').one();
  }

  /** Adjusts the totals for a change of a room. Call it in the transaction of the change. */
  apply(before: CountedRoom | undefined, after: CountedRoom): void {
    const [previous, current] = [contributionOf(before), contributionOf(after)];
    const posted = newlyPostedCount(before, after);
    const deltas = [
      current.rooms - previous.rooms,
      current.unlisted - previous.unlisted,
      current.people - previous.people,
      posted,
    ];
    if (deltas.every((delta) => delta === 0)) return;
    this.#sql.exec(
      'UPDATE sums SET rooms = rooms + ?, unlisted = unlisted + ?, people = people + ?, posted = posted + ?',
      ...deltas,
    );
  }
}

/** What a room adds to the totals of existing rooms. */
function contributionOf(room: CountedRoom | undefined): Omit<Stats, 'posted'> {
  if (!room || room.deleted_at !== null) return zeroStats;
  return { rooms: 1, unlisted: room.unlisted, people: room.participant_count };
}

/** Messages not yet counted. A different salt under the same link is a new room, which counts from zero. */
function newlyPostedCount(before: CountedRoom | undefined, after: CountedRoom): number {
  // The count of a room restored from a point-in-time backup may be lower; the total never decreases.
  return Math.max(0, after.posted - (before?.salt === after.salt ? before.posted : 0));
}
