/** Suggested tags to filter the list by. Pressing the selected one again removes the filter. */
import { language } from '../language.ts';
import type { RoomListState } from './room-list-state.ts';
import { words } from './words.ts';

export function TagFilter({ listState }: { listState: RoomListState }) {
  const chosenTag = listState.query.value.tag;
  const offered = listState.popularTags.suggestions.value;
  const isSuggested = chosenTag === '' || offered.some(({ tag }) => tag === chosenTag);
  const tags = isSuggested ? offered : [{ tag: chosenTag, roomCount: undefined }, ...offered];
  if (tags.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields.
    <div class="tag-filter" role="group" aria-label={words.value.filterByTag}>
      {tags.map(({ tag, roomCount }) => (
        <button
          key={tag}
          type="button"
          class="chip"
          aria-pressed={tag === chosenTag}
          onClick={() => listState.setQuery({ tag: tag === chosenTag ? '' : tag })}
        >
          <bdi>{tag}</bdi>
          {roomCount !== undefined && <span class="chip-count">{roomCount.toLocaleString(language.value)}</span>}
        </button>
      ))}
    </div>
  );
}

/** Focuses the selected tag, because the button that was pressed may no longer be in the list. */
export function focusChosenTag(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.tag-filter [aria-pressed=true]')?.focus());
}
