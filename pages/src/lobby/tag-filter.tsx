/** The tags one can narrow the list by; the chosen one is pressed, and pressed again it shows all rooms. */
import { language } from '../language.ts';
import type { Listing } from './listing.ts';
import { words } from './words.ts';

export function TagFilter({ listing }: { listing: Listing }) {
  const chosen = listing.query.value.tag;
  const offered = listing.tags.offered.value;
  const isKnown = chosen === '' || offered.some(({ tag }) => tag === chosen);
  const tags = isKnown ? offered : [{ tag: chosen, rooms: undefined }, ...offered];
  if (tags.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields.
    <div class="tag-filter" role="group" aria-label={words.value.narrowByTag}>
      {tags.map(({ tag, rooms }) => (
        <button
          key={tag}
          type="button"
          class="chip"
          aria-pressed={tag === chosen}
          onClick={() => listing.choose({ tag: tag === chosen ? '' : tag })}
        >
          <bdi>{tag}</bdi>
          {rooms !== undefined && <span class="chip-count">{rooms.toLocaleString(language.value)}</span>}
        </button>
      ))}
    </div>
  );
}

/** Puts the focus on the chosen tag, where the one that was pressed may be gone from the list. */
export function focusChosenTag(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.tag-filter [aria-pressed=true]')?.focus());
}
