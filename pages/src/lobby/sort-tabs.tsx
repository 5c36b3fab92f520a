/** The orders of the list. */
import { sorts } from './list-query.ts';
import type { Listing } from './listing.ts';
import { words } from './words.ts';

export function SortTabs({ listing }: { listing: Listing }) {
  const { sortedBy, sortNames } = words.value;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields.
    <div class="tabs" role="group" aria-label={sortedBy}>
      {sorts.map((sort) => (
        <button
          key={sort}
          type="button"
          class="tab"
          aria-pressed={sort === listing.query.value.sort}
          onClick={() => listing.choose({ sort })}
        >
          {sortNames[sort]}
        </button>
      ))}
    </div>
  );
}
