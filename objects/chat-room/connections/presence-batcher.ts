/**
 * Telling everyone who comes and goes: at once, but at most once a second, so that a busy room is not drowned in it.
 * What happens within that second is told together; who came and went again meanwhile is not told at all.
 */
import type { ServerPresenceFrame } from '../../../shared/frames.ts';
import { limits } from '../../../shared/limits.ts';
import type { Participant } from '../../../shared/participant.ts';
import type { Clock } from '../../storage/clock.ts';

export class PresenceBatcher {
  readonly #clock: Clock;
  readonly #count: () => number;
  readonly #broadcast: (frame: ServerPresenceFrame) => void;
  readonly #pendingJoins = new Map<string, { who: Participant; isNew: boolean }>();
  readonly #pendingLeaves = new Map<string, Participant>();
  #cancelTimer: (() => void) | undefined;
  #lastSentAt = Number.NEGATIVE_INFINITY;

  /** @param count how many people are here at the moment of telling */
  constructor(clock: Clock, count: () => number, broadcast: (frame: ServerPresenceFrame) => void) {
    this.#clock = clock;
    this.#count = count;
    this.#broadcast = broadcast;
  }

  /** Someone came (`isNew`), or is shown under another name or role. */
  queueJoin(participant: Participant, isNew: boolean): void {
    const isKnown = this.#pendingLeaves.delete(participant.id) || !isNew;
    this.#pendingJoins.set(participant.id, {
      who: participant,
      isNew: this.#pendingJoins.get(participant.id)?.isNew ?? !isKnown,
    });
    this.schedule();
  }

  /** Someone left. */
  queueLeave(participant: Participant): void {
    const pendingJoin = this.#pendingJoins.get(participant.id);
    this.#pendingJoins.delete(participant.id);
    if (!pendingJoin?.isNew) this.#pendingLeaves.set(participant.id, participant);
    this.schedule();
  }

  /** The count changed, or may have. */
  schedule(): void {
    if (this.#cancelTimer) return;
    const pause = this.#lastSentAt + limits.presenceMinGapMs - this.#clock.now();
    if (pause <= 0) return this.#send();
    this.#cancelTimer = this.#clock.after(pause, () => this.#send());
  }

  /** A `ready` has named everyone who is here: whoever of them leaves now is known, and must be told of. */
  markAllKnown(): void {
    for (const [id, { who: participant }] of this.#pendingJoins)
      this.#pendingJoins.set(id, { who: participant, isNew: false });
  }

  /** Forgets what was still to be told: the room is no more. */
  discardPending(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#pendingJoins.clear();
    this.#pendingLeaves.clear();
  }

  #send(): void {
    this.#cancelTimer = undefined;
    this.#lastSentAt = this.#clock.now();
    this.#broadcast({
      type: 'presence',
      participantCount: this.#count(),
      ...(this.#pendingJoins.size > 0 && {
        joined: [...this.#pendingJoins.values()].map(({ who: participant }) => participant),
      }),
      ...(this.#pendingLeaves.size > 0 && { left: [...this.#pendingLeaves.values()] }),
    });
    this.#pendingJoins.clear();
    this.#pendingLeaves.clear();
  }
}
