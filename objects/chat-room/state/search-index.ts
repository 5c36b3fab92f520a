/**
 * Finding messages by any part of their text, newest first: the tables `words` and `unindexed`. One or two characters
 * are a word of the index, so whoever has it is found. Of more, a message that has all of their pairs may hold them, and
 * its text is looked at. FTS5 would go through a whole room for two pairs that never meet, and counts none of it; so it
 * is asked of one span of ids at a time, each of which is a word too, and of so many spans and no more.
 */
import { type Occurrence, occurrencesOf } from '../../../shared/fold.ts';
import { limits } from '../../../shared/limits.ts';
import type { Message } from '../../../shared/message.ts';
import { bigramQueries, ngramsOf } from '../../storage/ngrams.ts';

/** Which page of what. */
export interface SearchRequest {
  /** Stands in the text as it is, white space and all. */
  q: string;
  /** Messages below that id. */
  before?: number | undefined;
  limit: number;
}

/** A message, and where in its text it was found. */
export interface SearchHit {
  message: Message;
  matches: Occurrence[];
}

/** A page, newest first. */
export interface SearchPage {
  hits: SearchHit[];
  /** Below which id it goes on; there may be nothing. */
  next?: number;
}

/** Where the texts are. */
export interface TextSource {
  find(id: number): Message | undefined;
  /** Those of the messages below an id, newest first; a tombstone's is empty. */
  textsBelow(id: number, limit: number): Pick<Message, 'id' | 'text'>[];
}

/** The word of all messages in a span of ids. No character's word begins so. */
const blockToken = (block: number) => `s${block}`;
const blockOf = (id: number) => Math.floor(id / limits.searchBlockIds);

/** A page that was read as far as `below`; below the first id there is nothing. */
function pageUntil(hits: SearchHit[], below = 0): SearchPage {
  return { hits, ...(below > 1 && { next: below }) };
}

export class SearchIndex {
  readonly #sql: SqlStorage;
  readonly #textSource: TextSource;

  constructor(sql: SqlStorage, textSource: TextSource) {
    this.#sql = sql;
    this.#textSource = textSource;
  }

  /** Lets a new message be found. To be called in the transaction of the change, as all that follow. */
  add(id: number, text: string): void {
    const [unigrams, bigrams] = ngramsOf(text);
    const tokens = `${blockToken(blockOf(id))} ${unigrams}`;
    this.#sql.exec('INSERT INTO words (rowid, singles, pairs) VALUES (?, ?, ?)', id, tokens, bigrams);
  }

  /** Lets a message be found by another text, and no more by the one it had. */
  update(id: number, text: string): void {
    this.remove(id);
    if (id >= this.#unindexedBelow()) this.add(id, text);
  }

  /** Lets a message be found no more. */
  remove(id: number): void {
    this.#sql.exec('DELETE FROM words WHERE rowid = ?', id);
  }

  /** Lets the messages below an id be found no more. */
  removeBelow(id: number): void {
    this.#sql.exec('DELETE FROM words WHERE rowid < CAST(? AS INTEGER)', id);
  }

  clear(): void {
    this.#sql.exec("INSERT INTO words (words) VALUES ('delete-all')");
    this.#sql.exec('DELETE FROM unindexed');
  }

  /** Takes in some of the messages that are older than the index. Comes before a search. */
  backfill(): void {
    const below = this.#unindexedBelow();
    if (below === 0) return;
    const texts = this.#textSource.textsBelow(below, limits.searchBackfillMessages);
    for (const { id, text } of texts) if (text !== '') this.add(id, text);
    const oldest = texts.length < limits.searchBackfillMessages ? undefined : texts.at(-1);
    if (oldest) this.#sql.exec('UPDATE unindexed SET below = ?', oldest.id);
    else this.#sql.exec('DELETE FROM unindexed');
  }

  /** Reads a page. It may be short, or empty, and yet have a `next`: what one search may cost is bounded. */
  page({ q, before = Number.MAX_SAFE_INTEGER, limit }: SearchRequest): SearchPage {
    const queries = bigramQueries(q, limits.searchBigrams);
    const page =
      queries.length > 1 ? this.#searchBlocks(q, queries, before, limit) : this.#searchToken(q, queries, before, limit);
    const unindexed = this.#unindexedBelow();
    return page.next === undefined ? pageUntil(page.hits, Math.min(unindexed, before)) : page;
  }

  #searchToken(q: string, [query]: string[], before: number, limit: number): SearchPage {
    const ids = query === undefined ? [] : this.#ids(query, before, limit + 1);
    const hits = ids.slice(0, limit).flatMap((id) => this.#match(id, q));
    return pageUntil(hits, ids.length > limit ? ids[limit - 1] : undefined);
  }

  #searchBlocks(q: string, queries: string[], before: number, limit: number): SearchPage {
    const hits: SearchHit[] = [];
    let below = before;
    let textsLeft: number = limits.searchTexts;
    for (let blocksLeft = limits.searchBlocks; blocksLeft > 0; blocksLeft--) {
      const block = this.#newestBlock(queries, below);
      if (block === undefined) return { hits };
      const ids = this.#ids([`singles:"${blockToken(block)}"`, ...queries].join(' AND '), below, textsLeft);
      for (const id of ids) {
        hits.push(...this.#match(id, q));
        if (hits.length === limit) return pageUntil(hits, id);
      }
      textsLeft -= ids.length;
      const last = ids.at(-1);
      if (textsLeft === 0 && last !== undefined) return pageUntil(hits, last);
      below = block * limits.searchBlockIds;
    }
    return pageUntil(hits, below);
  }

  /** The newest span that may hold a message with all of the words; undefined where one of them is in none. */
  #newestBlock(queries: readonly string[], below: number): number | undefined {
    let newest = below - 1;
    for (const query of queries) {
      const [id] = this.#ids(query, newest + 1, 1);
      if (id === undefined) return undefined;
      newest = Math.min(newest, id);
    }
    return blockOf(newest);
  }

  #match(id: number, q: string): SearchHit[] {
    const message = this.#textSource.find(id);
    const matches = message ? occurrencesOf(q, message.text, limits.searchMatches) : [];
    return message && matches.length > 0 ? [{ message, matches }] : [];
  }

  #ids(match: string, below: number, limit: number): number[] {
    // A number of JavaScript's is bound as a real one, by which FTS5 would not seek.
    return this.#sql
      .exec<{ id: number }>(
        'SELECT rowid AS id FROM words WHERE words MATCH ? AND rowid < CAST(? AS INTEGER) ORDER BY rowid DESC LIMIT ?',
        match,
        below,
        limit,
      )
      .toArray()
      .map(({ id }) => id);
  }

  /** Below which id messages are not in the index; 0 where all are. */
  #unindexedBelow(): number {
    return this.#sql.exec<{ below: number }>('SELECT below FROM unindexed').toArray()[0]?.below ?? 0;
  }
}
