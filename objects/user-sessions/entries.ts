/** The sessions of a user and their entries: the tables `sessions` and `entries`. Times are milliseconds since 1970. */
import { fail, ok, type Result } from '../../shared/failures.ts';
import { countBytes, limits } from '../../shared/limits.ts';
import { cutPage } from '../../shared/pagination.ts';
import type { SessionEntry, SessionInfo } from '../../shared/session.ts';
import { randomSecret } from '../credentials/digests.ts';

/** An entry to store; absent ids are generated. */
export interface NewEntry {
  sessionId?: string | undefined;
  chatId?: string | undefined;
  message: string;
  role?: string | undefined;
}

export interface StoredEntry {
  entry: SessionEntry;
  /** Whether the entry was stored before, under its `chatId`. */
  duplicate: boolean;
  /** Whether it is the first entry of its session. */
  isNewSession: boolean;
}

interface Paged {
  /** Cursor of the next page; absent on the last page. */
  next?: string;
}

/** A page of a session, oldest first. */
export interface SessionHistory extends Paged {
  sessionId: string;
  messages: SessionEntry[];
}

/** A page of a user's sessions, newest first. */
export interface SessionPage extends Paged {
  sessions: SessionInfo[];
}

export interface SessionRequest {
  /** Cursor: the row id of a session; absent for the first page. */
  before?: number | undefined;
  /** Maximum number of sessions. */
  limit: number;
}

type EntryRow = {
  id: number;
  session_id: string;
  chat_id: string;
  timestamp: number;
  message: string;
  role: string | null;
};

type SessionRow = {
  id: number;
  session_id: string;
  created_at: number;
  updated_at: number;
  message_count: number;
};

function toEntry(row: EntryRow): SessionEntry {
  return {
    sessionId: row.session_id,
    chatId: row.chat_id,
    timestamp: row.timestamp,
    message: row.message,
    ...(row.role !== null && { role: row.role }),
  };
}

function toSession(row: SessionRow): SessionInfo {
  return {
    sessionId: row.session_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    messageCount: row.message_count,
  };
}

const selectEntries = `SELECT entries.id, session_id, chat_id, timestamp, message, role
  FROM entries JOIN sessions ON sessions.id = entries.session`;

export class Entries {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /**
   * Stores an entry, or finds the one that was stored under its `chatId` in any session. Call it in a transaction.
   * @returns `chat_id_reused` (409) if the message or role differs from the stored one
   */
  store({ sessionId, chatId, message, role }: NewEntry, now: number): Result<StoredEntry> {
    const existing = chatId === undefined ? undefined : this.#find(chatId);
    if (existing) {
      const isSame = existing.message === message && existing.role === (role ?? null);
      return isSame ? ok({ entry: toEntry(existing), duplicate: true, isNewSession: false }) : fail('chat_id_reused');
    }
    const session = sessionId ?? randomSecret();
    const { id, message_count } = this.#sql
      .exec<{ id: number; message_count: number }>(
        `INSERT INTO sessions (session_id, created_at, updated_at, message_count) VALUES (?, ?, ?, 1)
         ON CONFLICT (session_id) DO UPDATE SET updated_at = excluded.updated_at, message_count = message_count + 1
         RETURNING id, message_count`,
        session,
        now,
        now,
      )
      .one();
    const chat = chatId ?? randomSecret();
    this.#sql.exec(
      'INSERT INTO entries (session, chat_id, timestamp, message, role) VALUES (?, ?, ?, ?, ?)',
      id,
      chat,
      now,
      message,
      role ?? null,
    );
    const entry = { sessionId: session, chatId: chat, timestamp: now, message, ...(role !== undefined && { role }) };
    return ok({ entry, duplicate: false, isNewSession: message_count === 1 });
  }

  /**
   * Reads a page of a session.
   * @param after cursor: the row id of an entry; 0 for the first page
   * @param limit maximum number of entries; a page also ends at `limits.sessions.pageBytes`
   * @returns `session_not_found` (404)
   */
  history(sessionId: string, after: number, limit: number): Result<SessionHistory> {
    const session = this.#sessionRowId(sessionId);
    if (session === undefined) return fail('session_not_found');
    const rows = this.#sql.exec<EntryRow>(
      `${selectEntries} WHERE session = ? AND entries.id > ? ORDER BY entries.id LIMIT ?`,
      session,
      after,
      limit + 1,
    );
    const page: EntryRow[] = [];
    let bytes = 0;
    for (const row of rows) {
      bytes += countBytes(row.message);
      const last = page.at(-1);
      if (last && (page.length === limit || bytes > limits.sessions.pageBytes)) {
        return ok({ sessionId, messages: page.map(toEntry), next: String(last.id) });
      }
      page.push(row);
    }
    return ok({ sessionId, messages: page.map(toEntry) });
  }

  /** Reads a page of the sessions. */
  sessions({ before = Number.MAX_SAFE_INTEGER, limit }: SessionRequest): SessionPage {
    const rows = this.#sql
      .exec<SessionRow>(
        `SELECT id, session_id, created_at, updated_at, message_count FROM sessions
         WHERE id < ? ORDER BY id DESC LIMIT ?`,
        before,
        limit + 1,
      )
      .toArray();
    const { rows: page, last } = cutPage(rows, limit);
    return { sessions: page.map(toSession), ...(last && { next: String(last.id) }) };
  }

  /** Whether an entry with that `chatId` is stored in any session. */
  hasEntry(chatId: string): boolean {
    return this.#find(chatId) !== undefined;
  }

  hasSessions(): boolean {
    return this.#sql.exec('SELECT 1 FROM sessions LIMIT 1').toArray().length > 0;
  }

  /** Deletes a session and its entries; `session_not_found` (404). Call it in a transaction. */
  remove(sessionId: string): Result<void> {
    const session = this.#sessionRowId(sessionId);
    if (session === undefined) return fail('session_not_found');
    this.#sql.exec('DELETE FROM entries WHERE session = ?', session);
    this.#sql.exec('DELETE FROM sessions WHERE id = ?', session);
    return ok(undefined);
  }

  #find(chatId: string): EntryRow | undefined {
    return this.#sql.exec<EntryRow>(`${selectEntries} WHERE chat_id = ?`, chatId).toArray()[0];
  }

  #sessionRowId(sessionId: string): number | undefined {
    return this.#sql.exec<{ id: number }>('SELECT id FROM sessions WHERE session_id = ?', sessionId).toArray()[0]?.id;
  }
}
