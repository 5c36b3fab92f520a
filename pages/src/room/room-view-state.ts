/** How one looks at a room: what is open over it, where one reads, and what is being written. */
import { effect, signal, untracked } from '@preact/signals';
import { ApiError, type Message, type Participant, type ServerFrame } from '../../../client/index.ts';
import { ComposeState } from './compose-state.ts';
import { Notifier } from './notifier.ts';
import { PresenceLog } from './presence-log.ts';
import type { RoomController } from './room-controller.ts';
import { roomStorage } from './room-storage.ts';
import { ScrollPosition } from './scroll-position.ts';
import { Unread } from './unread.ts';

/** What is open over the room; `at` is the control that it belongs to. */
export type Overlay =
  | { name: 'people' | 'share' | 'search' | 'details' | 'records' | 'admin' | 'delete-room' }
  | { name: 'menu'; anchor: Element }
  | { name: 'message' | 'stamps' | 'delete-message'; message: Message; anchor: Element }
  | { name: 'report'; message: Message }
  | { name: 'person'; person: Participant; anchor: Element }
  | { name: 'ban'; person: Participant };

/** Milliseconds for which a message to which one jumped is lit. */
const highlightMs = 1_200;

export class RoomViewState {
  readonly controller: RoomController;
  readonly overlay = signal<Overlay | undefined>(undefined);
  readonly scrollPosition = new ScrollPosition();
  readonly composeState: ComposeState;
  readonly unread: Unread;
  readonly presenceLog = new PresenceLog();
  readonly notifier: Notifier;
  /** People whom one does not want to see, by their ids. */
  readonly hiddenIds = signal<ReadonlySet<string>>(new Set());
  /** The message to which one has just jumped, by id. */
  readonly highlightedId = signal<number | undefined>(undefined);
  /** The message whose controls the keyboard reaches, by id. */
  readonly focusedId = signal<number | undefined>(undefined);
  /** The message to open the room at, by id. */
  readonly #initialMessageId: number | undefined;
  /** The last change of the room that was heard of; undefined until one is in it. */
  #lastRev: number | undefined;
  readonly #cleanups: (() => void)[] = [];
  #highlightTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param initialMessageId the message to open the room at, by id */
  constructor(controller: RoomController, initialMessageId?: number) {
    this.controller = controller;
    this.composeState = new ComposeState(controller);
    this.unread = new Unread(controller, (id) => this.hiddenIds.value.has(id));
    this.notifier = new Notifier(controller);
    this.hiddenIds.value = new Set(roomStorage.hiddenPeople(controller.link));
    this.#initialMessageId = initialMessageId;
    controller.listen((frame) => this.#onFrame(frame));
    const markSeen = (messageId: number) => untracked(() => this.unread.markSeen(messageId));
    const markVisibleSeen = () => markSeen(this.scrollPosition.lastInView.value);
    document.addEventListener('visibilitychange', markVisibleSeen);
    this.#cleanups.push(
      effect(() => {
        const state = controller.state.value;
        untracked(() => this.presenceLog.update(state, Date.now()));
      }),
      effect(markVisibleSeen),
      () => document.removeEventListener('visibilitychange', markVisibleSeen),
    );
  }

  /** Leaves the room for good. */
  dispose(): void {
    for (const end of this.#cleanups) end();
    this.controller.close();
  }

  openOverlay(overlay: Overlay): void {
    this.overlay.value = overlay;
  }

  closeOverlay(): void {
    this.overlay.value = undefined;
  }

  /** Shows a message, wherever in the log it is, and lights it. @returns false where it is there no more */
  async jumpTo(messageId: number): Promise<boolean> {
    try {
      await this.#scrollToMessage(messageId);
    } catch (error) {
      return !(error instanceof ApiError && error.statusCode === 404);
    }
    this.highlightedId.value = messageId;
    clearTimeout(this.#highlightTimer);
    this.#highlightTimer = setTimeout(() => {
      this.highlightedId.value = undefined;
    }, highlightMs);
    return true;
  }

  /** Comes back to the end of the log. */
  async scrollToEnd(): Promise<void> {
    this.scrollPosition.scrollToEnd();
    await this.controller.connection.goToNewest().catch(() => undefined);
  }

  /** Begins to change one's last message. @returns whether there is one */
  editLastMessage(): boolean {
    const { messages } = this.controller.state.value;
    const selfId = this.controller.selfId.value;
    const last = messages.findLast(({ author, deletedAt }) => author.id === selfId && deletedAt === undefined);
    if (last) this.composeState.startEdit(last);
    return last !== undefined;
  }

  /** Sees somebody no longer, or again; nobody but this device knows. */
  setHidden(personId: string, isHidden: boolean): void {
    const ids = new Set(this.hiddenIds.value);
    if (isHidden) ids.add(personId);
    else ids.delete(personId);
    this.hiddenIds.value = ids;
    roomStorage.saveHiddenPeople(this.controller.link, [...ids]);
  }

  async #scrollToMessage(messageId: number): Promise<void> {
    await this.controller.connection.jumpTo(messageId);
    this.scrollPosition.scrollTo(`[data-message-id="${messageId}"]`);
  }

  #onFrame(frame: ServerFrame): void {
    if (frame.type !== 'ready' && frame.type !== 'message') return;
    const before = this.#lastRev;
    this.#lastRev = frame.rev;
    if (before === undefined) return this.#onFirstReady();
    const messages = frame.type === 'ready' ? frame.messages : [frame];
    const selfId = this.controller.connection.state.self?.id;
    const newMessages = messages.filter(
      ({ id, author }) => id > before && author.id !== selfId && !this.hiddenIds.value.has(author.id),
    );
    if (newMessages.length === 0) return;
    this.unread.onNewMessages(newMessages.length);
    this.notifier.notify(newMessages);
  }

  /** Opens the room where the address says, or where one stopped reading. */
  #onFirstReady(): void {
    const lastReadId = this.unread.start(this.controller.connection.state);
    if (this.#initialMessageId !== undefined) void this.jumpTo(this.#initialMessageId);
    else if (lastReadId !== undefined) void this.#scrollToMessage(lastReadId).catch(() => undefined);
  }
}
