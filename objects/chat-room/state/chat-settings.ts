/** Who may post and how often: the table `conduct`, one row once a moderator has changed a setting. */
import type { ChatSettings } from '../../../shared/moderation.ts';

type Row = { locked: number; slow_seconds: number };

export class ChatSettingsTable {
  readonly #sql: SqlStorage;
  /** The settings as last read or written; undefined until then, and after a failed transaction. */
  #cache: Readonly<ChatSettings> | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The settings; an unlocked room without slow mode if none were ever set. */
  get(): Readonly<ChatSettings> {
    if (!this.#cache) {
      const [row] = this.#sql.exec<Row>('SELECT locked, slow_seconds FROM conduct').toArray();
      this.#cache = { locked: row?.locked === 1, slowSeconds: row?.slow_seconds ?? 0 };
    }
    return this.#cache;
  }

  /** Call in a transaction. */
  set({ locked, slowSeconds }: ChatSettings): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO conduct (id, locked, slow_seconds) VALUES (1, ?, ?)',
      locked ? 1 : 0,
      slowSeconds,
    );
    this.#cache = { locked, slowSeconds };
  }

  clear(): void {
    this.invalidate();
    this.#sql.exec('DELETE FROM conduct');
  }

  /** Drops the cached settings. Called after a failed transaction. */
  invalidate(): void {
    this.#cache = undefined;
  }
}
