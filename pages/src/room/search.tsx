/** The search dialog. Selecting a result scrolls to the message in the log. */
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { limits } from '../../../client/index.ts';
import { longDateTime, shortDateTime } from '../date-format.ts';
import { Dialog } from '../dialog.tsx';
import { Icon } from '../icon.tsx';
import { IconButton } from '../icon-button.tsx';
import { Composition } from '../ime-composition.ts';
import { words } from './dialog-words.ts';
import { MessageSearch, type SearchHit } from './message-search.ts';
import type { RoomViewState } from './room-view-state.ts';

export function Search({ view }: { view: RoomViewState }) {
  const search = useMemo(() => new MessageSearch(view.controller), [view]);
  const composition = useMemo(() => new Composition(), []);
  const { searchRoom, close, more } = words.value;
  useEffect(() => () => search.stop(), [search]);

  const hits = () => search.results.value.filter(({ author }) => !view.hiddenIds.value.has(author.id));
  const openHit = (messageId: number) => {
    view.closeOverlay();
    void view.jumpTo(messageId);
  };
  const handleKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    const [first] = hits();
    if (event.key === 'Enter' && first && !composition.isImeEvent(event)) openHit(first.id);
  };

  return (
    <Dialog class="search sheet" label={searchRoom} onClose={() => view.closeOverlay()}>
      <div class="search-header">
        <Icon name="search" />
        <input
          class="input"
          inputMode="search"
          enterkeyhint="search"
          dir="auto"
          autocomplete="off"
          aria-label={searchRoom}
          placeholder={searchRoom}
          maxLength={limits.search.queryLength}
          value={search.query.value}
          onInput={(event) => search.setQuery(event.currentTarget.value)}
          onKeyDown={handleKeyDown}
          onCompositionEnd={composition.end}
        />
        <IconButton icon="close" label={close} onPress={() => view.closeOverlay()} />
      </div>
      <SearchCount search={search} count={hits().length} />
      <ul>
        {hits().map((hit) => (
          <li key={hit.id}>
            <SearchResult hit={hit} onPress={() => openHit(hit.id)} />
          </li>
        ))}
      </ul>
      {search.next.value !== undefined && search.status.value === 'done' && (
        <button type="button" class="button is-quiet is-small" onClick={() => void search.loadMore()}>
          {more}
        </button>
      )}
    </Dialog>
  );
}

function SearchCount({ search, count }: { search: MessageSearch; count: number }) {
  const { searchInProgress, resultCount, noResults, searchFailed } = words.value;
  const { status, next } = search;
  const done = () => (count === 0 ? noResults : resultCount(count, next.value !== undefined));
  const texts = { idle: () => '', searching: () => searchInProgress, failed: () => searchFailed, done };
  return <output class="search-count">{texts[status.value]()}</output>;
}

/** Number of characters shown before the first match. */
const leadCharacters = 24;

/** Yields the text from shortly before the first match, with the matches as `<mark>`. */
function* excerptOf({ text, matches }: SearchHit) {
  const start = Math.max((matches[0]?.[0] ?? 0) - leadCharacters, 0);
  if (start > 0) yield '…';
  let at = start;
  for (const [from = 0, length = 0] of matches) {
    yield text.slice(at, from);
    yield <mark key={from}>{text.slice(from, from + length)}</mark>;
    at = from + length;
  }
  yield text.slice(at);
}

function SearchResult({ hit, onPress }: { hit: SearchHit; onPress: () => void }) {
  return (
    <button type="button" class="search-hit" onClick={onPress}>
      <time dateTime={new Date(hit.createdAt).toISOString()} title={longDateTime(hit.createdAt)}>
        {shortDateTime(hit.createdAt)}
      </time>
      <span>
        <b>
          <bdi>{hit.author.name}</bdi>
        </b>{' '}
        <bdi>{[...excerptOf(hit)]}</bdi>
      </span>
    </button>
  );
}
