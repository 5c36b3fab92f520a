/**
 * The commonest tags among the rooms that were seen. How many rooms have each the service tells, as the total of its
 * list. A tag that is offered keeps its place: what is learned later comes behind it.
 */
import { signal } from '@preact/signals';
import type { RoomView } from '../../../client/index.ts';
import { api } from '../api.ts';

/** Tags that are offered at most. */
const maxTags = 8;

export interface PopularTag {
  tag: string;
  /** Rooms that have it, once the service has told. */
  rooms: number | undefined;
}

export class PopularTags {
  readonly suggestions = signal<readonly PopularTag[]>([]);
  readonly #tagsByLink = new Map<string, readonly string[]>();

  /** Takes in the tags of rooms. */
  addFrom(rooms: readonly RoomView[]): void {
    for (const { link, tags } of rooms) this.#tagsByLink.set(link, tags);
    const suggested = new Set(this.suggestions.value.map(({ tag }) => tag));
    const added = this.#mostCommon()
      .filter((tag) => !suggested.has(tag))
      .slice(0, maxTags - suggested.size);
    if (added.length === 0) return;
    this.suggestions.value = [...this.suggestions.value, ...added.map((tag) => ({ tag, rooms: undefined }))];
    for (const tag of added) void this.#fetchCount(tag);
  }

  #mostCommon(): string[] {
    const uses = new Map<string, number>();
    for (const tag of [...this.#tagsByLink.values()].flat()) uses.set(tag, (uses.get(tag) ?? 0) + 1);
    return [...uses].sort(([, one], [, other]) => other - one).map(([tag]) => tag);
  }

  async #fetchCount(tag: string): Promise<void> {
    try {
      const { total } = await api.listRooms({ query: { tag, limit: '1' } });
      this.suggestions.value = this.suggestions.value.map((known) =>
        known.tag === tag ? { tag, rooms: total } : known,
      );
    } catch {
      // It is offered without a number.
    }
  }
}
