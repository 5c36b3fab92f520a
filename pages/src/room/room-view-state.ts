/** The view state of a room: the open overlay, the scroll position, unread messages and the composer. */
import { effect, signal, untracked } from '@preact/signals';
import { ApiError, type Message, type Participant, type ServerFrame } from '../../../client/index.ts';
import { ComposeState } from './compose-state.ts';
import { Notifier } from './notifier.ts';
import { PresenceLog } from './presence-log.ts';
import type { RoomController } from './room-controller.ts';
import { roomStorage } from './room-storage.ts';
import { ScrollPosition } from './scroll-position.ts';
import { Unread } from './unread.ts';

/** The open menu or dialog; `anchor` is the control that opened it. */
export type Overlay =
  | { name: 'people' | 'share' | 'search' | 'edit-room' | 'moderation-log' | 'admin' | 'delete-room' }
  | { name: 'menu'; anchor: Element }
  | { name: 'message' | 'reactions' | 'delete-message'; message: Message; anchor: Element }
  | { name: 'report'; message: Message }
  | { name: 'person'; person: Participant; anchor: Element }
  | { name: 'ban'; person: Participant };

/** Milliseconds for which the target of a jump is highlighted. */
const highlightMs = 1_200;

export class RoomViewState {
  readonly controller: RoomController;
  readonly overlay = signal<Overlay | undefined>(undefined);
  readonly scrollPosition = new ScrollPosition();
  readonly composeState: ComposeState;
  readonly unread: Unread;
  readonly presenceLog = new PresenceLog();
  readonly notifier: Notifier;
  /** Ids of the participants hidden by the user. */
  readonly hiddenIds = signal<ReadonlySet<string>>(new Set());
  /** Id of the message that is highlighted after a jump. */
  readonly highlightedId = signal<number | undefined>(undefined);
  /** Id of the message whose controls are in the tab order. */
  readonly focusedId = signal<number | undefined>(undefined);
  /** Id of the message to open the room at. */
  readonly #initialMessageId: number | undefined;
  /** The `rev` of the last frame received; undefined before the first `ready`. */
  #lastRev: number | undefined;
  readonly #cleanups: (() => void)[] = [];
  #highlightTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param initialMessageId id of the message to open the room at */
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

  /** Closes the room and removes all listeners. */
  dispose(): void {
    for (const cleanUp of this.#cleanups) cleanUp();
    this.controller.close();
  }

  openOverlay(overlay: Overlay): void {
    this.overlay.value = overlay;
  }

  closeOverlay(): void {
    this.overlay.value = undefined;
  }

  /** Scrolls to a message, loading it if necessary, and highlights it. @returns false if it no longer exists */
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

  /** Scrolls to the end of the log, loading it if necessary. */
  async scrollToEnd(): Promise<void> {
    this.scrollPosition.scrollToEnd();
    await this.controller.connection.goToNewest().catch(() => undefined);
  }

  /** Starts to edit the user's last loaded message. @returns whether there is one */
  editLastMessage(): boolean {
    const { messages } = this.controller.state.value;
    const selfId = this.controller.selfId.value;
    const last = messages.findLast(({ author, deletedAt }) => author.id === selfId && deletedAt === undefined);
    if (last) this.composeState.startEdit(last);
    return last !== undefined;
  }

  /** Hides or shows a participant's messages, on this device only. */
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
    const previousRev = this.#lastRev;
    this.#lastRev = frame.rev;
    if (previousRev === undefined) return this.#onFirstReady();
    const messages = frame.type === 'ready' ? frame.messages : [frame];
    const selfId = this.controller.connection.state.self?.id;
    const newMessages = messages.filter(
      ({ id, author }) => id > previousRev && author.id !== selfId && !this.hiddenIds.value.has(author.id),
    );
    if (newMessages.length === 0) return;
    this.unread.onNewMessages(newMessages.length);
    this.notifier.notify(newMessages);
  }

  /** Opens the room at the message in the URL, else at the first unread one. */
  #onFirstReady(): void {
    const lastReadId = this.unread.start(this.controller.connection.state);
    if (this.#initialMessageId !== undefined) void this.jumpTo(this.#initialMessageId);
    else if (lastReadId !== undefined) void this.#scrollToMessage(lastReadId).catch(() => undefined);
  }
}
