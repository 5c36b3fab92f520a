/**
 * How much there is in all: the table `sums`, one row, moved with each change of a room so that nobody ever counts all
 * rooms. The other sums are of the rooms there are; messages stay counted when their room is deleted.
 */
import type { RoomRow } from './room-index.ts';

/** What of a room is summed. */
type CountedRoom = Pick<RoomRow, 'deleted_at' | 'unlisted' | 'participant_count' | 'salt' | 'posted'>;

/** All rooms as one. */
export type Stats = {
  rooms: number;
  /** Those of them that stay out of the list. */
  unlisted: number;
  /** People in all rooms; somebody in two counts twice. */
  people: number;
  /** Messages ever posted, as far as the directory heard of them. */
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

  /** Takes in what became of a room. To be called in the transaction of the change. */
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

/** What a room has in the sums of the rooms there are. */
function contributionOf(room: CountedRoom | undefined): Omit<Stats, 'posted'> {
  if (!room || room.deleted_at !== null) return zeroStats;
  return { rooms: 1, unlisted: room.unlisted, people: room.participant_count };
}

/** Messages not yet counted. Another salt under the same link is another room, which counts from the beginning. */
function newlyPostedCount(before: CountedRoom | undefined, after: CountedRoom): number {
  // A room that was restored to an earlier time takes nothing back.
  return Math.max(0, after.posted - (before?.salt === after.salt ? before.posted : 0));
}
