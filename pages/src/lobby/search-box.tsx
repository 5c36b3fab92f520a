/** Where words are looked for: once the typing pauses or Enter is pressed, and never in the midst of a composition. */
import { useSignal } from '@preact/signals';
import type { TargetedInputEvent } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import { normalizeQuery } from './list-query.ts';
import type { RoomListState } from './room-list-state.ts';
import { words } from './words.ts';

/** Milliseconds without typing after which one looks. */
const debounceMs = 300;

export function SearchBox({ listState }: { listState: RoomListState }) {
  const { q } = listState.query.value;
  const text = useSignal(q);
  const isComposing = useSignal(false);
  const { searchRooms, searchHint } = words.value;
  const search = () => listState.setQuery({ q: normalizeQuery(text.value) });

  // Back, forward, or the words given up: the box follows, unless it was itself that asked.
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
