/** The tags one can narrow the list by; the chosen one is pressed, and pressed again it shows all rooms. */
import { language } from '../language.ts';
import type { RoomListState } from './room-list-state.ts';
import { words } from './words.ts';

export function TagFilter({ listState }: { listState: RoomListState }) {
  const chosenTag = listState.query.value.tag;
  const offered = listState.popularTags.suggestions.value;
  const isSuggested = chosenTag === '' || offered.some(({ tag }) => tag === chosenTag);
  const tags = isSuggested ? offered : [{ tag: chosenTag, rooms: undefined }, ...offered];
  if (tags.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields.
    <div class="tag-filter" role="group" aria-label={words.value.filterByTag}>
      {tags.map(({ tag, rooms }) => (
        <button
          key={tag}
          type="button"
          class="chip"
          aria-pressed={tag === chosenTag}
          onClick={() => listState.setQuery({ tag: tag === chosenTag ? '' : tag })}
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
