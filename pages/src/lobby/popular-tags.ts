/**
 * Suggests the most common tags of the rooms loaded so far. The number of rooms per tag is the `total` of the list
 * filtered by it. Suggestions keep their position: new ones are appended.
 */
import { signal } from '@preact/signals';
import type { RoomView } from '../../../client/index.ts';
import { api } from '../api.ts';

/** Maximum number of suggestions. */
const maxTags = 8;

export interface PopularTag {
  tag: string;
  /** Number of rooms with the tag; undefined until it is known. */
  roomCount: number | undefined;
}

export class PopularTags {
  readonly suggestions = signal<readonly PopularTag[]>([]);
  readonly #tagsByLink = new Map<string, readonly string[]>();

  /** Adds the tags of newly loaded rooms. */
  addFrom(rooms: readonly RoomView[]): void {
    for (const { link, tags } of rooms) this.#tagsByLink.set(link, tags);
    const suggested = new Set(this.suggestions.value.map(({ tag }) => tag));
    const added = this.#mostCommon()
      .filter((tag) => !suggested.has(tag))
      .slice(0, maxTags - suggested.size);
    if (added.length === 0) return;
    this.suggestions.value = [...this.suggestions.value, ...added.map((tag) => ({ tag, roomCount: undefined }))];
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
        known.tag === tag ? { tag, roomCount: total } : known,
      );
    } catch {
      // The suggestion is shown without a number.
    }
  }
}
