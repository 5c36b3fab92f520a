/** Looking for words in the room: choosing what was found leads to its place in the log. */
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { limits } from '../../../client/index.ts';
import { Composition } from '../composition.ts';
import { Dialog } from '../dialog.tsx';
import { Icon } from '../icon.tsx';
import { IconButton } from '../icon-button.tsx';
import { momentOf, wholeTime } from '../times.ts';
import { words } from './dialog-words.ts';
import { type Found, Searching } from './searching.ts';
import type { RoomView } from './view.ts';

export function Search({ view }: { view: RoomView }) {
  const searching = useMemo(() => new Searching(view.session), [view]);
  const composition = useMemo(() => new Composition(), []);
  const { searchRoom, close, more } = words.value;
  useEffect(() => () => searching.stop(), [searching]);

  const hits = () => searching.found.value.filter(({ author }) => !view.hidden.value.has(author.id));
  const go = (messageId: number) => {
    view.close();
    void view.jumpTo(messageId);
  };
  const press = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    const [first] = hits();
    if (event.key === 'Enter' && first && !composition.owns(event)) go(first.id);
  };

  return (
    <Dialog class="search sheet" label={searchRoom} onClose={() => view.close()}>
      <div class="search-head">
        <Icon name="search" />
        <input
          class="input"
          inputMode="search"
          enterkeyhint="search"
          dir="auto"
          autocomplete="off"
          aria-label={searchRoom}
          placeholder={searchRoom}
          maxLength={limits.queryLength}
          value={searching.query.value}
          onInput={(event) => searching.type(event.currentTarget.value)}
          onKeyDown={press}
          onCompositionEnd={composition.end}
        />
        <IconButton icon="close" label={close} onPress={() => view.close()} />
      </div>
      <SearchCount searching={searching} count={hits().length} />
      <ul>
        {hits().map((found) => (
          <li key={found.id}>
            <Hit found={found} onPress={() => go(found.id)} />
          </li>
        ))}
      </ul>
      {searching.next.value !== undefined && searching.status.value === 'done' && (
        <button type="button" class="button is-quiet is-small" onClick={() => void searching.more()}>
          {more}
        </button>
      )}
    </Dialog>
  );
}

function SearchCount({ searching, count }: { searching: Searching; count: number }) {
  const { looking, foundCount, foundNothing, searchFailed } = words.value;
  const { status, next } = searching;
  const done = () => (count === 0 ? foundNothing : foundCount(count, next.value !== undefined));
  const texts = { idle: () => '', looking: () => looking, failed: () => searchFailed, done };
  return <output class="search-count">{texts[status.value]()}</output>;
}

/** Characters before what was found. */
const lead = 24;

/** The text from a little before the first place, with the places that were found. */
function* shownOf({ text, matches }: Found) {
  const start = Math.max((matches[0]?.[0] ?? 0) - lead, 0);
  if (start > 0) yield '…';
  let at = start;
  for (const [from = 0, length = 0] of matches) {
    yield text.slice(at, from);
    yield <mark key={from}>{text.slice(from, from + length)}</mark>;
    at = from + length;
  }
  yield text.slice(at);
}

function Hit({ found, onPress }: { found: Found; onPress: () => void }) {
  return (
    <button type="button" class="hit" onClick={onPress}>
      <time dateTime={new Date(found.createdAt).toISOString()} title={wholeTime(found.createdAt)}>
        {momentOf(found.createdAt)}
      </time>
      <span>
        <b>
          <bdi>{found.author.name}</bdi>
        </b>{' '}
        <bdi>{[...shownOf(found)]}</bdi>
      </span>
    </button>
  );
}
