/**
 * Broadcasts joins and leaves: the first at once, then at most one `presence` frame every `limits.socket.presenceMinGapMs` with
 * all changes of that time. A participant who joined and left within it is left out.
 */

import { limits } from '../../../shared/limits.ts';
import type { Participant } from '../../../shared/participant.ts';
import type { ServerPresenceFrame } from '../../../shared/server-frames.ts';
import type { Clock } from '../../storage/clock.ts';

/** A participant of the next frame's `joined`. */
interface PendingJoin {
  participant: Participant;
  /** Whether no client knows them yet, so that a leave before the frame cancels the join. */
  isNew: boolean;
}

export class PresenceBatcher {
  readonly #clock: Clock;
  readonly #count: () => number;
  readonly #broadcast: (frame: ServerPresenceFrame) => void;
  readonly #pendingJoins = new Map<string, PendingJoin>();
  readonly #pendingLeaves = new Map<string, Participant>();
  #cancelTimer: (() => void) | undefined;
  #lastSentAt = Number.NEGATIVE_INFINITY;

  /** @param count the participant count at the time of sending */
  constructor(clock: Clock, count: () => number, broadcast: (frame: ServerPresenceFrame) => void) {
    this.#clock = clock;
    this.#count = count;
    this.#broadcast = broadcast;
  }

  /** @param isNew whether the participant joined; false if their name, role or mute changed */
  queueJoin(participant: Participant, isNew: boolean): void {
    const isKnown = this.#pendingLeaves.delete(participant.id) || !isNew;
    const pending = this.#pendingJoins.get(participant.id);
    this.#pendingJoins.set(participant.id, { participant, isNew: pending?.isNew ?? !isKnown });
    this.schedule();
  }

  queueLeave(participant: Participant): void {
    const pendingJoin = this.#pendingJoins.get(participant.id);
    this.#pendingJoins.delete(participant.id);
    if (!pendingJoin?.isNew) this.#pendingLeaves.set(participant.id, participant);
    this.schedule();
  }

  /** Sends a `presence` frame now or when the gap is over. Also called when only the count may have changed. */
  schedule(): void {
    if (this.#cancelTimer) return;
    const pause = this.#lastSentAt + limits.socket.presenceMinGapMs - this.#clock.now();
    if (pause <= 0) return this.#send();
    this.#cancelTimer = this.#clock.after(pause, () => this.#send());
  }

  /** Called after a `ready`, which lists everyone present: its recipient must be sent their leaves. */
  markAllKnown(): void {
    for (const [id, { participant }] of this.#pendingJoins) this.#pendingJoins.set(id, { participant, isNew: false });
  }

  /** Drops the pending changes, because the room was deleted. */
  discardPending(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#pendingJoins.clear();
    this.#pendingLeaves.clear();
  }

  #send(): void {
    this.#cancelTimer = undefined;
    this.#lastSentAt = this.#clock.now();
    const joined = [...this.#pendingJoins.values()].map(({ participant }) => participant);
    const left = [...this.#pendingLeaves.values()];
    this.#broadcast({
      type: 'presence',
      participantCount: this.#count(),
      ...(joined.length > 0 && { joined }),
      ...(left.length > 0 && { left }),
    });
    this.#pendingJoins.clear();
    this.#pendingLeaves.clear();
  }
}
