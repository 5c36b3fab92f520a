/** What one has not read: where it begins when one comes, and how much has come since that one has not seen. */
import { computed, signal } from '@preact/signals';
import type { Message, RoomState } from '../../../client/index.ts';
import type { RoomController } from './room-controller.ts';

/** Milliseconds between two words to the room of how far one has read. */
const readReportMs = 1_000;

export class Unread {
  /** The last message that was in view, by id. */
  readonly lastSeenId = signal(0);
  /** The message before which the line stands, by id; it stays while the visit lasts. */
  readonly dividerId = computed(() => {
    const mark = this.#readMarker.value;
    const { messages, hasOlder } = this.#controller.state.value;
    const [first] = messages;
    // Where the mark is not loaded, what follows it is not known either.
    if (mark === undefined || !first || (hasOlder && first.id > mark)) return undefined;
    return this.#othersAfter(mark)[0]?.id;
  });
  /** Messages of others that have not been in view. */
  readonly count = computed(() => {
    const known = this.#othersAfter(this.lastSeenId.value).length;
    return this.#controller.state.value.hasNewer ? Math.max(known, this.#unseenCount.value) : known;
  });
  readonly #controller: RoomController;
  readonly #isHidden: (authorId: string) => boolean;
  /** What had been read when the line was drawn, by the id of the last. */
  readonly #readMarker = signal<number | undefined>(undefined);
  /** The same count, of what is not loaded too. */
  readonly #unseenCount = signal(0);
  #reportTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(controller: RoomController, isHidden: (authorId: string) => boolean) {
    this.#controller = controller;
    this.#isHidden = isHidden;
  }

  /**
   * Draws the line when one has come.
   * @returns the message that was read last, by id, where others follow it
   */
  start({ reading, newestId }: Pick<RoomState, 'reading' | 'newestId'>): number | undefined {
    const { messageId = 0, unread = 0 } = reading ?? {};
    // Whoever is here for the first time has left nothing unread.
    if (messageId === 0 || unread === 0) {
      this.lastSeenId.value = newestId;
      this.#sendRead();
      return undefined;
    }
    this.lastSeenId.value = messageId;
    this.#readMarker.value = messageId;
    this.#unseenCount.value = unread;
    return messageId;
  }

  /** A message is in view, and all before it. */
  markSeen(messageId: number): void {
    if (document.hidden || messageId <= this.lastSeenId.value) return;
    const newlySeen = this.#othersAfter(this.lastSeenId.value).filter(({ id }) => id <= messageId);
    this.#unseenCount.value = this.#controller.state.value.hasNewer ? this.#unseenCount.value - newlySeen.length : 0;
    this.lastSeenId.value = messageId;
    this.#reportTimer ??= setTimeout(() => this.#sendRead(), readReportMs);
  }

  /** So many came: where nobody looks, the line stands before them, unless it stands before something unseen already. */
  onNewMessages(count: number): void {
    const { value: seen } = this.lastSeenId;
    this.#unseenCount.value += count;
    if (document.hidden && !((this.dividerId.value ?? 0) > seen)) this.#readMarker.value = seen;
  }

  /** Messages of others after one, as far as they are loaded. */
  #othersAfter(messageId: number): Message[] {
    const { messages } = this.#controller.state.value;
    const selfId = this.#controller.selfId.value;
    return messages.filter(
      ({ id, author, deletedAt }) =>
        id > messageId && author.id !== selfId && deletedAt === undefined && !this.#isHidden(author.id),
    );
  }

  #sendRead(): void {
    this.#reportTimer = undefined;
    this.#controller.connection.read(this.lastSeenId.value);
  }
}
