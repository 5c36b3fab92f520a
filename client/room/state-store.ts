/** Holds the current `RoomState`, publishes each new one, and expires typing indicators. */
import { type RoomEvent, type RoomState, reduce } from './room-state.ts';

export class StateStore {
  readonly #publish: (state: RoomState) => void;
  #state: RoomState;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param publish called with each new state */
  constructor(state: RoomState, publish: (state: RoomState) => void) {
    this.#state = state;
    this.#publish = publish;
  }

  get state(): RoomState {
    return this.#state;
  }

  apply(event: RoomEvent): void {
    const before = this.#state;
    this.#state = reduce(before, event);
    if (this.#state.typing !== before.typing) this.#scheduleTypingExpiry();
    if (this.#state !== before) this.#publish(this.#state);
  }

  #scheduleTypingExpiry(): void {
    clearTimeout(this.#typingTimer);
    const { typing } = this.#state;
    if (typing.length === 0) return;
    const next = Math.min(...typing.map(({ until }) => until));
    this.#typingTimer = setTimeout(() => this.apply({ type: 'typing-expired', at: next }), next - Date.now());
  }
}
