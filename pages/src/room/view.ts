/** How one looks at a room: what is open over it, where one reads, and what is being written. */
import { effect, signal, untracked } from '@preact/signals';
import { ApiError, type Message, type Participant, type ServerFrame } from '../../../client/index.ts';
import { Comings } from './comings.ts';
import { kept } from './kept.ts';
import { Notifier } from './notifier.ts';
import { Place } from './place.ts';
import type { RoomSession } from './session.ts';
import { Unread } from './unread.ts';
import { Writing } from './writing.ts';

/** What is open over the room; `at` is the control that it belongs to. */
export type Overlay =
  | { name: 'people' | 'share' | 'search' | 'details' | 'records' | 'admin' | 'delete-room' }
  | { name: 'menu'; at: Element }
  | { name: 'message' | 'stamps' | 'delete-message'; message: Message; at: Element }
  | { name: 'report'; message: Message }
  | { name: 'person'; person: Participant; at: Element }
  | { name: 'ban'; person: Participant };

/** Milliseconds for which a message to which one jumped is lit. */
const flashMs = 1_200;

export class RoomView {
  readonly session: RoomSession;
  readonly overlay = signal<Overlay | undefined>(undefined);
  readonly place = new Place();
  readonly writing: Writing;
  readonly unread: Unread;
  readonly comings = new Comings();
  readonly notifier: Notifier;
  /** People whom one does not want to see, by their ids. */
  readonly hidden = signal<ReadonlySet<string>>(new Set());
  /** The message to which one has just jumped, by id. */
  readonly flash = signal<number | undefined>(undefined);
  /** The message whose controls the keyboard reaches, by id. */
  readonly current = signal<number | undefined>(undefined);
  /** The message to open the room at, by id. */
  readonly #jump: number | undefined;
  /** The last change of the room that was heard of; undefined until one is in it. */
  #rev: number | undefined;
  readonly #endings: (() => void)[] = [];
  #flashing: ReturnType<typeof setTimeout> | undefined;

  /** @param jump the message to open the room at, by id */
  constructor(session: RoomSession, jump?: number) {
    this.session = session;
    this.writing = new Writing(session);
    this.unread = new Unread(session, (id) => this.hidden.value.has(id));
    this.notifier = new Notifier(session);
    this.hidden.value = new Set(kept.hidden(session.link));
    this.#jump = jump;
    session.listen((frame) => this.#hear(frame));
    const see = (messageId: number) => untracked(() => this.unread.see(messageId));
    const seeAgain = () => see(this.place.lastInView.value);
    document.addEventListener('visibilitychange', seeAgain);
    this.#endings.push(
      effect(() => {
        const state = session.state.value;
        untracked(() => this.comings.follow(state, Date.now()));
      }),
      effect(seeAgain),
      () => document.removeEventListener('visibilitychange', seeAgain),
    );
  }

  /** Leaves the room for good. */
  leave(): void {
    for (const end of this.#endings) end();
    this.session.close();
  }

  open(overlay: Overlay): void {
    this.overlay.value = overlay;
  }

  close(): void {
    this.overlay.value = undefined;
  }

  /** Shows a message, wherever in the log it is, and lights it. @returns false where it is there no more */
  async jumpTo(messageId: number): Promise<boolean> {
    try {
      await this.#goTo(messageId);
    } catch (error) {
      return !(error instanceof ApiError && error.statusCode === 404);
    }
    this.flash.value = messageId;
    clearTimeout(this.#flashing);
    this.#flashing = setTimeout(() => {
      this.flash.value = undefined;
    }, flashMs);
    return true;
  }

  /** Comes back to the end of the log. */
  async toEnd(): Promise<void> {
    this.place.toEnd();
    await this.session.room.goToNewest().catch(() => undefined);
  }

  /** Begins to change one's last message. @returns whether there is one */
  changeLast(): boolean {
    const { messages } = this.session.state.value;
    const selfId = this.session.selfId.value;
    const last = messages.findLast(({ author, deletedAt }) => author.id === selfId && deletedAt === undefined);
    if (last) this.writing.change(last);
    return last !== undefined;
  }

  /** Sees somebody no longer, or again; nobody but this device knows. */
  hide(personId: string, isHidden: boolean): void {
    const ids = new Set(this.hidden.value);
    if (isHidden) ids.add(personId);
    else ids.delete(personId);
    this.hidden.value = ids;
    kept.keepHidden(this.session.link, [...ids]);
  }

  async #goTo(messageId: number): Promise<void> {
    await this.session.room.goTo(messageId);
    this.place.show(`[data-message-id="${messageId}"]`);
  }

  #hear(frame: ServerFrame): void {
    if (frame.type !== 'ready' && frame.type !== 'message') return;
    const before = this.#rev;
    this.#rev = frame.rev;
    if (before === undefined) return this.#begin();
    const messages = frame.type === 'ready' ? frame.messages : [frame];
    const selfId = this.session.room.state.self?.id;
    const news = messages.filter(
      ({ id, author }) => id > before && author.id !== selfId && !this.hidden.value.has(author.id),
    );
    if (news.length === 0) return;
    this.unread.arrive(news.length);
    this.notifier.tell(news);
  }

  /** Opens the room where the address says, or where one stopped reading. */
  #begin(): void {
    const read = this.unread.begin(this.session.room.state);
    if (this.#jump !== undefined) void this.jumpTo(this.#jump);
    else if (read !== undefined) void this.#goTo(read).catch(() => undefined);
  }
}
