/** Records participants who joined or left during the visit: one entry per minute, after the message it followed. */
import { signal } from '@preact/signals';
import type { Participant, RoomState } from '../../../client/index.ts';

export interface PresenceLogEntry {
  /** Id of the message that the entry is shown after. */
  afterMessageId: number;
  /** Milliseconds since 1970. */
  at: number;
  joined: readonly Participant[];
  left: readonly Participant[];
}

const minuteMs = 60_000;

/** Maximum number of entries kept. */
const maxEntries = 100;

const without = (people: readonly Participant[], others: readonly Participant[]) =>
  people.filter(({ id }) => !others.some((other) => other.id === id));

/** Merges two entries of one minute. Participants who left and came back are in neither list. */
function mergeEntries(before: PresenceLogEntry, { joined, left }: PresenceLogEntry): PresenceLogEntry {
  return {
    ...before,
    joined: [...without(before.joined, left), ...without(joined, before.left)],
    left: [...without(before.left, joined), ...without(left, before.joined)],
  };
}

export class PresenceLog {
  readonly entries = signal<readonly PresenceLogEntry[]>([]);
  #previousState: RoomState | undefined;

  /** Compares with the participants before. Changes during a disconnect are ignored: their time is unknown. */
  update(state: RoomState, at: number): void {
    const before = this.#previousState;
    this.#previousState = state;
    if (before?.phase.name !== 'live' || before.phase !== state.phase || before.participants === state.participants) {
      return;
    }
    const isOther = ({ id }: Participant) => id !== state.self?.id;
    const joined = without(state.participants, before.participants).filter(isOther);
    const left = without(before.participants, state.participants).filter(isOther);
    if (joined.length + left.length > 0) this.#add({ afterMessageId: state.newestId, at, joined, left });
  }

  #add(entry: PresenceLogEntry): void {
    const entries = this.entries.value;
    const last = entries.at(-1);
    const isSame =
      last?.afterMessageId === entry.afterMessageId &&
      Math.floor(last.at / minuteMs) === Math.floor(entry.at / minuteMs);
    const added = isSame ? [...entries.slice(0, -1), mergeEntries(last, entry)] : [...entries, entry];
    this.entries.value = added.filter(({ joined, left }) => joined.length + left.length > 0).slice(-maxEntries);
  }
}
