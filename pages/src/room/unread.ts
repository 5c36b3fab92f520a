/** Unread messages: the position of the divider, and the number of messages that have not been seen. */
import { computed, signal } from '@preact/signals';
import type { Message, RoomState } from '../../../client/index.ts';
import type { RoomController } from './room-controller.ts';

/** Milliseconds between read markers sent to the room. */
const readReportMs = 1_000;

export class Unread {
  /** Id of the last message that was visible. */
  readonly lastSeenId = signal(0);
  /** Id of the message that the divider is shown before. It stays for the whole visit. */
  readonly dividerId = computed(() => {
    const readMarker = this.#readMarker.value;
    const { messages, hasOlder } = this.#controller.state.value;
    const [first] = messages;
    // If the marked message is not loaded, the one after it may not be loaded either.
    if (readMarker === undefined || !first || (hasOlder && first.id > readMarker)) return undefined;
    return this.#othersAfter(readMarker)[0]?.id;
  });
  /** Number of messages of others that have not been visible. */
  readonly count = computed(() => {
    const loaded = this.#othersAfter(this.lastSeenId.value).length;
    return this.#controller.state.value.hasNewer ? Math.max(loaded, this.#unseenCount.value) : loaded;
  });
  readonly #controller: RoomController;
  readonly #isHidden: (authorId: string) => boolean;
  /** Id of the last message read when the divider was placed. */
  readonly #readMarker = signal<number | undefined>(undefined);
  /** Number of unseen messages including those that are not loaded. */
  readonly #unseenCount = signal(0);
  #reportTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(controller: RoomController, isHidden: (authorId: string) => boolean) {
    this.#controller = controller;
    this.#isHidden = isHidden;
  }

  /**
   * Places the divider at the beginning of the visit.
   * @returns id of the message that was read last, if unread ones follow it
   */
  start({ reading, newestId }: Pick<RoomState, 'reading' | 'newestId'>): number | undefined {
    const { messageId = 0, unread = 0 } = reading ?? {};
    // On a first visit nothing counts as unread.
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

  /** Marks a message and all before it as seen, and schedules the read marker. */
  markSeen(messageId: number): void {
    if (document.hidden || messageId <= this.lastSeenId.value) return;
    const newlySeen = this.#othersAfter(this.lastSeenId.value).filter(({ id }) => id <= messageId);
    this.#unseenCount.value = this.#controller.state.value.hasNewer ? this.#unseenCount.value - newlySeen.length : 0;
    this.lastSeenId.value = messageId;
    this.#reportTimer ??= setTimeout(() => this.#sendRead(), readReportMs);
  }

  /** Counts new messages. If the page is hidden, puts the divider before them, unless it is at unseen ones already. */
  onNewMessages(count: number): void {
    const { value: lastSeenId } = this.lastSeenId;
    this.#unseenCount.value += count;
    if (document.hidden && !((this.dividerId.value ?? 0) > lastSeenId)) this.#readMarker.value = lastSeenId;
  }

  /** Loaded messages of others after a message, without deleted and hidden ones. */
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
