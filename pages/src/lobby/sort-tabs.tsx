/** Selects the order of the room list. */
import { sorts } from './list-query.ts';
import type { RoomListState } from './room-list-state.ts';
import { words } from './words.ts';

export function SortTabs({ listState }: { listState: RoomListState }) {
  const { sortOrder, sortNames } = words.value;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields.
    <div class="tabs" role="group" aria-label={sortOrder}>
      {sorts.map((sort) => (
        <button
          key={sort}
          type="button"
          class="tab"
          aria-pressed={sort === listState.query.value.sort}
          onClick={() => listState.setQuery({ sort })}
        >
          {sortNames[sort]}
        </button>
      ))}
    </div>
  );
}
