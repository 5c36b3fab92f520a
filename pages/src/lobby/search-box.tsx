/** Where words are looked for: once the typing pauses or Enter is pressed, and never in the midst of a composition. */
import { useSignal } from '@preact/signals';
import type { TargetedInputEvent } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import { wordsIn } from './list-query.ts';
import type { Listing } from './listing.ts';
import { words } from './words.ts';

/** Milliseconds without typing after which one looks. */
const pauseMs = 300;

export function SearchBox({ listing }: { listing: Listing }) {
  const { q } = listing.query.value;
  const text = useSignal(q);
  const isComposing = useSignal(false);
  const { searchRooms, searchHint } = words.value;
  const look = () => listing.choose({ q: wordsIn(text.value) });

  // Back, forward, or the words given up: the box follows, unless it was itself that asked.
  useEffect(() => {
    if (q !== wordsIn(text.value)) text.value = q;
  }, [q]);

  useEffect(() => {
    if (isComposing.value || wordsIn(text.value) === q) return;
    const pause = setTimeout(look, pauseMs);
    return () => clearTimeout(pause);
  }, [text.value, isComposing.value]);

  function type(event: TargetedInputEvent<HTMLInputElement>) {
    text.value = event.currentTarget.value;
  }

  return (
    <form
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        look();
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
        onInput={type}
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
