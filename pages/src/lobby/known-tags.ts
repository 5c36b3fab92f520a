/**
 * The commonest tags among the rooms that were seen. How many rooms have each the service tells, as the total of its
 * list. A tag that is offered keeps its place: what is learned later comes behind it.
 */
import { signal } from '@preact/signals';
import type { RoomView } from '../../../client/index.ts';
import { api } from '../api.ts';

/** Tags that are offered at most. */
const most = 8;

export interface KnownTag {
  tag: string;
  /** Rooms that have it, once the service has told. */
  rooms: number | undefined;
}

export class KnownTags {
  readonly offered = signal<readonly KnownTag[]>([]);
  readonly #tagsOf = new Map<string, readonly string[]>();

  /** Takes in the tags of rooms. */
  learn(rooms: readonly RoomView[]): void {
    for (const { link, tags } of rooms) this.#tagsOf.set(link, tags);
    const offered = new Set(this.offered.value.map(({ tag }) => tag));
    const added = this.#commonest()
      .filter((tag) => !offered.has(tag))
      .slice(0, most - offered.size);
    if (added.length === 0) return;
    this.offered.value = [...this.offered.value, ...added.map((tag) => ({ tag, rooms: undefined }))];
    for (const tag of added) void this.#count(tag);
  }

  #commonest(): string[] {
    const uses = new Map<string, number>();
    for (const tag of [...this.#tagsOf.values()].flat()) uses.set(tag, (uses.get(tag) ?? 0) + 1);
    return [...uses].sort(([, one], [, other]) => other - one).map(([tag]) => tag);
  }

  async #count(tag: string): Promise<void> {
    try {
      const { total } = await api.listRooms({ query: { tag, limit: '1' } });
      this.offered.value = this.offered.value.map((known) => (known.tag === tag ? { tag, rooms: total } : known));
    } catch {
      // It is offered without a number.
    }
  }
}
