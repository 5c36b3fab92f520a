/**
 * Substring search in message texts, newest first: the tables `words` and `unindexed`. A query of one or two characters
 * is a token of the index, so every message with it matches. For a longer query, a message with all of its bigrams is a
 * candidate whose text is checked. FTS5 would scan the whole room for bigrams that never occur together, without
 * counting those rows as read; so it is queried for one block of ids at a time, which is a token too, and for at most
 * `limits.search.blocks` blocks.
 */
import { type Occurrence, occurrencesOf } from '../../../shared/fold.ts';
import { limits } from '../../../shared/limits.ts';
import type { Message } from '../../../shared/message.ts';
import { bigramQueries, ngramsOf } from '../../storage/ngrams.ts';

export interface SearchRequest {
  /** The text to find, including its white space. */
  q: string;
  /** Only messages with a lower id. */
  before?: number | undefined;
  limit: number;
}

export interface SearchHit {
  message: Message;
  matches: Occurrence[];
}

export interface SearchPage {
  /** Newest first. */
  hits: SearchHit[];
  /** The `before` of the next page, which may be empty. Absent if everything was searched. */
  next?: number;
}

export interface TextSource {
  find(id: number): Message | undefined;
  /** The texts of the messages below `id`, newest first; empty for a tombstone. */
  textsBelow(id: number, limit: number): Pick<Message, 'id' | 'text'>[];
}

/** The token of all messages in a block of ids. The tokens of characters begin with another letter. */
const blockToken = (block: number) => `s${block}`;
const blockOf = (id: number) => Math.floor(id / limits.search.blockIds);

/** A page of a search that covered the ids from `below` up. Id 1 is the lowest. */
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

  /** Indexes a new message. Call in the transaction of the change, as the other methods that write. */
  add(id: number, text: string): void {
    const [unigrams, bigrams] = ngramsOf(text);
    const tokens = `${blockToken(blockOf(id))} ${unigrams}`;
    this.#sql.exec('INSERT INTO words (rowid, singles, pairs) VALUES (?, ?, ?)', id, tokens, bigrams);
  }

  update(id: number, text: string): void {
    this.remove(id);
    if (id >= this.#unindexedBelow()) this.add(id, text);
  }

  remove(id: number): void {
    this.#sql.exec('DELETE FROM words WHERE rowid = ?', id);
  }

  removeBelow(id: number): void {
    this.#sql.exec('DELETE FROM words WHERE rowid < CAST(? AS INTEGER)', id);
  }

  clear(): void {
    this.#sql.exec("INSERT INTO words (words) VALUES ('delete-all')");
    this.#sql.exec('DELETE FROM unindexed');
  }

  /** Indexes the next messages from before the index existed. Call before a search, in a transaction. */
  backfill(): void {
    const below = this.#unindexedBelow();
    if (below === 0) return;
    const texts = this.#textSource.textsBelow(below, limits.search.backfillMessages);
    for (const { id, text } of texts) if (text !== '') this.add(id, text);
    const oldest = texts.length < limits.search.backfillMessages ? undefined : texts.at(-1);
    if (oldest) this.#sql.exec('UPDATE unindexed SET below = ?', oldest.id);
    else this.#sql.exec('DELETE FROM unindexed');
  }

  /** A page of hits. Because the cost of one search is limited, it can be short or empty and still have a `next`. */
  page({ q, before = Number.MAX_SAFE_INTEGER, limit }: SearchRequest): SearchPage {
    const queries = bigramQueries(q, limits.search.bigrams);
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
    let textsLeft: number = limits.search.texts;
    for (let blocksLeft = limits.search.blocks; blocksLeft > 0; blocksLeft--) {
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
      below = block * limits.search.blockIds;
    }
    return pageUntil(hits, below);
  }

  /** The newest block that can contain a message matching all queries; undefined if one of them matches none. */
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
    const matches = message ? occurrencesOf(q, message.text, limits.search.matches) : [];
    return message && matches.length > 0 ? [{ message, matches }] : [];
  }

  #ids(match: string, below: number, limit: number): number[] {
    // The runtime binds a JavaScript number as REAL, with which FTS5 does not seek: hence the cast.
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

  /** The id below which messages are not indexed; 0 if all are. */
  #unindexedBelow(): number {
    return this.#sql.exec<{ below: number }>('SELECT below FROM unindexed').toArray()[0]?.below ?? 0;
  }
}
