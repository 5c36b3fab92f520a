/** What one has not read: where it begins when one comes, and how much has come since that one has not seen. */
import { computed, signal } from '@preact/signals';
import type { Message, RoomState } from '../../../client/index.ts';
import type { RoomSession } from './session.ts';

/** Milliseconds between two words to the room of how far one has read. */
const tellEveryMs = 1_000;

export class Unread {
  /** The last message that was in view, by id. */
  readonly seen = signal(0);
  /** The message before which the line stands, by id; it stays while the visit lasts. */
  readonly from = computed(() => {
    const mark = this.#mark.value;
    const { messages, hasOlder } = this.#session.state.value;
    const [first] = messages;
    // Where the mark is not loaded, what follows it is not known either.
    if (mark === undefined || !first || (hasOlder && first.id > mark)) return undefined;
    return this.#after(mark)[0]?.id;
  });
  /** Messages of others that have not been in view. */
  readonly count = computed(() => {
    const known = this.#after(this.seen.value).length;
    return this.#session.state.value.hasNewer ? Math.max(known, this.#unseen.value) : known;
  });
  readonly #session: RoomSession;
  readonly #isHidden: (authorId: string) => boolean;
  /** What had been read when the line was drawn, by the id of the last. */
  readonly #mark = signal<number | undefined>(undefined);
  /** The same count, of what is not loaded too. */
  readonly #unseen = signal(0);
  #telling: ReturnType<typeof setTimeout> | undefined;

  constructor(session: RoomSession, isHidden: (authorId: string) => boolean) {
    this.#session = session;
    this.#isHidden = isHidden;
  }

  /**
   * Draws the line when one has come.
   * @returns the message that was read last, by id, where others follow it
   */
  begin({ reading, newestId }: Pick<RoomState, 'reading' | 'newestId'>): number | undefined {
    const { messageId = 0, unread = 0 } = reading ?? {};
    // Whoever is here for the first time has left nothing unread.
    if (messageId === 0 || unread === 0) {
      this.seen.value = newestId;
      this.#tell();
      return undefined;
    }
    this.seen.value = messageId;
    this.#mark.value = messageId;
    this.#unseen.value = unread;
    return messageId;
  }

  /** A message is in view, and all before it. */
  see(messageId: number): void {
    if (document.hidden || messageId <= this.seen.value) return;
    const passed = this.#after(this.seen.value).filter(({ id }) => id <= messageId);
    this.#unseen.value = this.#session.state.value.hasNewer ? this.#unseen.value - passed.length : 0;
    this.seen.value = messageId;
    this.#telling ??= setTimeout(() => this.#tell(), tellEveryMs);
  }

  /** So many came: where nobody looks, the line stands before them, unless it stands before something unseen already. */
  arrive(count: number): void {
    const { value: seen } = this.seen;
    this.#unseen.value += count;
    if (document.hidden && !((this.from.value ?? 0) > seen)) this.#mark.value = seen;
  }

  /** Messages of others after one, as far as they are loaded. */
  #after(messageId: number): Message[] {
    const { messages } = this.#session.state.value;
    const selfId = this.#session.selfId.value;
    return messages.filter(
      ({ id, author, deletedAt }) =>
        id > messageId && author.id !== selfId && deletedAt === undefined && !this.#isHidden(author.id),
    );
  }

  #tell(): void {
    this.#telling = undefined;
    this.#session.room.read(this.seen.value);
  }
}
