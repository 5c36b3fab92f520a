/** Who came and who left while one was here: a quiet line of the log for each minute, after the message it followed. */
import { signal } from '@preact/signals';
import type { Participant, RoomState } from '../../../client/index.ts';

export interface Coming {
  /** The message after which it stands, by id. */
  after: number;
  at: number;
  joined: readonly Participant[];
  left: readonly Participant[];
}

const minuteMs = 60_000;

/** Lines that are kept. */
const most = 100;

const without = (people: readonly Participant[], others: readonly Participant[]) =>
  people.filter(({ id }) => !others.some((other) => other.id === id));

/** The later of two lines of one minute added to the earlier: who left and came back was not away. */
function merged(before: Coming, { joined, left }: Coming): Coming {
  return {
    ...before,
    joined: [...without(before.joined, left), ...without(joined, before.left)],
    left: [...without(before.left, joined), ...without(left, before.joined)],
  };
}

export class Comings {
  readonly lines = signal<readonly Coming[]>([]);
  #before: RoomState | undefined;

  /** Compares the room with how it was. What happened while the connection was gone is no news of this minute. */
  follow(state: RoomState, at: number): void {
    const before = this.#before;
    this.#before = state;
    if (before?.phase.name !== 'live' || before.phase !== state.phase || before.participants === state.participants) {
      return;
    }
    const isOther = ({ id }: Participant) => id !== state.self?.id;
    const joined = without(state.participants, before.participants).filter(isOther);
    const left = without(before.participants, state.participants).filter(isOther);
    if (joined.length + left.length > 0) this.#add({ after: state.newestId, at, joined, left });
  }

  #add(line: Coming): void {
    const lines = this.lines.value;
    const last = lines.at(-1);
    const isSame = last?.after === line.after && Math.floor(last.at / minuteMs) === Math.floor(line.at / minuteMs);
    const added = isSame ? [...lines.slice(0, -1), merged(last, line)] : [...lines, line];
    this.lines.value = added.filter(({ joined, left }) => joined.length + left.length > 0).slice(-most);
  }
}
