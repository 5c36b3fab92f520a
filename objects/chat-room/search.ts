/**
 * Finding messages by any part of their text, newest first: the tables `words` and `unindexed`. One or two characters
 * are a word of the index, so whoever has it is found. Of more, a message that has all of their pairs may hold them, and
 * its text is looked at. FTS5 would go through a whole room for two pairs that never meet, and counts none of it; so it
 * is asked of one span of ids at a time, each of which is a word too, and of so many spans and no more.
 */
import { type Occurrence, occurrencesOf } from '../../shared/fold.ts';
import { limits } from '../../shared/limits.ts';
import type { Message } from '../../shared/message.ts';
import { gramsOf, ngramsOf } from '../storage/ngrams.ts';

/** Which page of what. */
export interface SearchRequest {
  /** Stands in the text as it is, white space and all. */
  q: string;
  /** Messages below that id. */
  before?: number | undefined;
  limit: number;
}

/** A message, and where in its text it was found. */
export interface Found {
  message: Message;
  matches: Occurrence[];
}

/** A page, newest first. */
export interface SearchPage {
  found: Found[];
  /** Below which id it goes on; there may be nothing. */
  next?: number;
}

/** Where the texts are. */
export interface Texts {
  find(id: number): Message | undefined;
  /** Those of the messages below an id, newest first; a tombstone's is empty. */
  textsBelow(id: number, limit: number): Pick<Message, 'id' | 'text'>[];
}

/** The word of all messages in a span of ids. No character's word begins so. */
const spanWord = (span: number) => `s${span}`;
const spanOf = (id: number) => Math.floor(id / limits.searchSpanIds);

/** A page that was read as far as `below`; below the first id there is nothing. */
function endingAt(found: Found[], below = 0): SearchPage {
  return { found, ...(below > 1 && { next: below }) };
}

export class Search {
  readonly #sql: SqlStorage;
  readonly #texts: Texts;

  constructor(sql: SqlStorage, texts: Texts) {
    this.#sql = sql;
    this.#texts = texts;
  }

  /** Lets a new message be found. To be called in the transaction of the change, as all that follow. */
  add(id: number, text: string): void {
    const [singles, pairs] = ngramsOf(text);
    const words = `${spanWord(spanOf(id))} ${singles}`;
    this.#sql.exec('INSERT INTO words (rowid, singles, pairs) VALUES (?, ?, ?)', id, words, pairs);
  }

  /** Lets a message be found by another text, and no more by the one it had. */
  change(id: number, text: string): void {
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

  erase(): void {
    this.#sql.exec("INSERT INTO words (words) VALUES ('delete-all')");
    this.#sql.exec('DELETE FROM unindexed');
  }

  /** Takes in some of the messages that are older than the index. Comes before a search. */
  catchUp(): void {
    const below = this.#unindexedBelow();
    if (below === 0) return;
    const texts = this.#texts.textsBelow(below, limits.searchCatchUp);
    for (const { id, text } of texts) if (text !== '') this.add(id, text);
    const oldest = texts.length < limits.searchCatchUp ? undefined : texts.at(-1);
    if (oldest) this.#sql.exec('UPDATE unindexed SET below = ?', oldest.id);
    else this.#sql.exec('DELETE FROM unindexed');
  }

  /** Reads a page. It may be short, or empty, and yet have a `next`: what one search may cost is bounded. */
  page({ q, before = Number.MAX_SAFE_INTEGER, limit }: SearchRequest): SearchPage {
    const grams = gramsOf(q, limits.searchPairs);
    const page = grams.length > 1 ? this.#inSpans(q, grams, before, limit) : this.#byWord(q, grams, before, limit);
    const unindexed = this.#unindexedBelow();
    return page.next === undefined ? endingAt(page.found, Math.min(unindexed, before)) : page;
  }

  #byWord(q: string, [gram]: string[], before: number, limit: number): SearchPage {
    const ids = gram === undefined ? [] : this.#ids(gram, before, limit + 1);
    const found = ids.slice(0, limit).flatMap((id) => this.#look(id, q));
    return endingAt(found, ids.length > limit ? ids[limit - 1] : undefined);
  }

  #inSpans(q: string, grams: string[], before: number, limit: number): SearchPage {
    const found: Found[] = [];
    let below = before;
    let texts: number = limits.searchTexts;
    for (let spans = limits.searchSpans; spans > 0; spans--) {
      const span = this.#newestSpan(grams, below);
      if (span === undefined) return { found };
      const ids = this.#ids([`singles:"${spanWord(span)}"`, ...grams].join(' AND '), below, texts);
      for (const id of ids) {
        found.push(...this.#look(id, q));
        if (found.length === limit) return endingAt(found, id);
      }
      texts -= ids.length;
      const last = ids.at(-1);
      if (texts === 0 && last !== undefined) return endingAt(found, last);
      below = span * limits.searchSpanIds;
    }
    return endingAt(found, below);
  }

  /** The newest span that may hold a message with all of the words; undefined where one of them is in none. */
  #newestSpan(grams: readonly string[], below: number): number | undefined {
    let newest = below - 1;
    for (const gram of grams) {
      const [id] = this.#ids(gram, newest + 1, 1);
      if (id === undefined) return undefined;
      newest = Math.min(newest, id);
    }
    return spanOf(newest);
  }

  #look(id: number, q: string): Found[] {
    const message = this.#texts.find(id);
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
