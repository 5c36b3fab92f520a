/** What one has not read: where it begins when one comes, and how much has come since that one has not seen. */
import { computed, signal } from '@preact/signals';
import type { Message } from '../../../client/index.ts';
import type { RoomSession } from './session.ts';

/** Milliseconds between two words to the room of how far one has read. */
const tellEveryMs = 1_000;

export class Unread {
  /** The message before which the line stands, by id; it stays while the visit lasts. */
  readonly from = signal<number | undefined>(undefined);
  /** The last message that was in view, by id. */
  readonly seen = signal(0);
  /** Messages of others that have not been in view. */
  readonly count = computed(() => this.#news().length);
  readonly #session: RoomSession;
  readonly #isHidden: (authorId: string) => boolean;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #isSettled = false;

  constructor(session: RoomSession, isHidden: (authorId: string) => boolean) {
    this.#session = session;
    this.#isHidden = isHidden;
  }

  /**
   * Sets the line when one has come.
   * @returns the message that was read last, where that one is not loaded
   */
  begin(): number | undefined {
    const { reading, messages, hasOlder, newestId } = this.#session.state.value;
    if (this.#isSettled || !reading) return undefined;
    this.#isSettled = true;
    const { messageId, unread } = reading;
    // Whoever is here for the first time has left nothing unread.
    this.seen.value = messageId > 0 && unread > 0 ? messageId : newestId;
    if (messageId === 0 || unread === 0) return undefined;
    this.#draw();
    const [first] = messages;
    return first && first.id > messageId && hasOlder ? messageId : undefined;
  }

  /** A message is in view, and all before it. */
  see(messageId: number): void {
    if (document.hidden || messageId <= this.seen.value) return;
    this.seen.value = messageId;
    this.#telling ??= setTimeout(() => this.#tell(), tellEveryMs);
  }

  /** News came while nobody looked: the line stands before it, unless it stands before something unseen already. */
  arrive(): void {
    const from = this.from.value;
    if (!document.hidden || (from !== undefined && from > this.seen.value)) return;
    this.#draw();
  }

  #draw(): void {
    const [first] = this.#news();
    if (first) this.from.value = first.id;
  }

  #news(): Message[] {
    const { messages } = this.#session.state.value;
    const selfId = this.#session.selfId.value;
    return messages.filter(
      ({ id, author, deletedAt }) =>
        id > this.seen.value && author.id !== selfId && deletedAt === undefined && !this.#isHidden(author.id),
    );
  }

  #tell(): void {
    this.#telling = undefined;
    this.#session.room.read(this.seen.value);
  }
}
