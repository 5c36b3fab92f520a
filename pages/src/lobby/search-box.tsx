/** The search box: searches on Enter or once the user stops typing, but not during an IME composition. */
import { useSignal } from '@preact/signals';
import type { TargetedInputEvent } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import { normalizeQuery } from './list-query.ts';
import type { RoomListState } from './room-list-state.ts';
import { words } from './words.ts';

/** Milliseconds without input before a search. */
const debounceMs = 300;

export function SearchBox({ listState }: { listState: RoomListState }) {
  const { q } = listState.query.value;
  const text = useSignal(q);
  const isComposing = useSignal(false);
  const { searchRooms, searchHint } = words.value;
  const search = () => listState.setQuery({ q: normalizeQuery(text.value) });

  // Follows changes of the query from elsewhere (back, forward, "show all"), but not its own.
  useEffect(() => {
    if (q !== normalizeQuery(text.value)) text.value = q;
  }, [q]);

  useEffect(() => {
    if (isComposing.value || normalizeQuery(text.value) === q) return;
    const pause = setTimeout(search, debounceMs);
    return () => clearTimeout(pause);
  }, [text.value, isComposing.value]);

  function handleInput(event: TargetedInputEvent<HTMLInputElement>) {
    text.value = event.currentTarget.value;
  }

  return (
    <form
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      <Icon name="search" />
      <input
        class="input"
        type="search"
        enterkeyhint="search"
        autocomplete="off"
        dir="auto"
        aria-label={searchRooms}
        placeholder={searchHint}
        value={text.value}
        onInput={handleInput}
        onCompositionStart={() => {
          isComposing.value = true;
        }}
        onCompositionEnd={(event) => {
          text.value = event.currentTarget.value;
          isComposing.value = false;
        }}
      />
    </form>
  );
}
