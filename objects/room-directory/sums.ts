/**
 * How much there is in all: the table `sums`, one row, moved with each change of a room so that nobody ever counts all
 * rooms. The other sums are of the rooms there are; messages stay counted when their room is deleted.
 */
import type { RoomRow } from './rooms.ts';

/** What of a room is summed. */
type Summed = Pick<RoomRow, 'deleted_at' | 'unlisted' | 'participant_count' | 'salt' | 'posted'>;

/** All rooms as one. */
export type Sums = {
  rooms: number;
  /** Those of them that stay out of the list. */
  unlisted: number;
  /** People in all rooms; somebody in two counts twice. */
  people: number;
  /** Messages ever posted, as far as the directory heard of them. */
  posted: number;
};

const nothing: Sums = { rooms: 0, unlisted: 0, people: 0, posted: 0 };

export class SumsTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  read(): Sums {
    return this.#sql.exec<Sums>('SELECT rooms, unlisted, people, posted FROM sums').one();
  }

  /** Takes in what became of a room. To be called in the transaction of the change. */
  move(before: Summed | undefined, after: Summed): void {
    const [old, now] = [shareOf(before), shareOf(after)];
    const posted = newlyPosted(before, after);
    const moves = [now.rooms - old.rooms, now.unlisted - old.unlisted, now.people - old.people, posted];
    if (moves.every((by) => by === 0)) return;
    this.#sql.exec(
      'UPDATE sums SET rooms = rooms + ?, unlisted = unlisted + ?, people = people + ?, posted = posted + ?',
      ...moves,
    );
  }
}

/** What a room has in the sums of the rooms there are. */
function shareOf(room: Summed | undefined): Omit<Sums, 'posted'> {
  if (!room || room.deleted_at !== null) return nothing;
  return { rooms: 1, unlisted: room.unlisted, people: room.participant_count };
}

/** Messages not yet counted. Another salt under the same link is another room, which counts from the beginning. */
function newlyPosted(before: Summed | undefined, after: Summed): number {
  // A room that was restored to an earlier time takes nothing back.
  return Math.max(0, after.posted - (before?.salt === after.salt ? before.posted : 0));
}
