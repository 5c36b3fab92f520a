/**
 * Telling everyone who comes and goes: at once, but at most once a second, so that a busy room is not drowned in it.
 * What happens within that second is told together; who came and went again meanwhile is not told at all.
 */
import type { PresenceFrame } from '../../shared/frames.ts';
import { limits } from '../../shared/limits.ts';
import type { Participant } from '../../shared/participant.ts';
import type { Clock } from '../storage/clock.ts';

export class Presence {
  readonly #clock: Clock;
  readonly #count: () => number;
  readonly #broadcast: (frame: PresenceFrame) => void;
  readonly #joined = new Map<string, { who: Participant; isNew: boolean }>();
  readonly #left = new Map<string, Participant>();
  #callOff: (() => void) | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** @param count how many people are here at the moment of telling */
  constructor(clock: Clock, count: () => number, broadcast: (frame: PresenceFrame) => void) {
    this.#clock = clock;
    this.#count = count;
    this.#broadcast = broadcast;
  }

  /** Someone came (`isNew`), or is shown under another name or role. */
  joined(who: Participant, isNew: boolean): void {
    const isKnown = this.#left.delete(who.id) || !isNew;
    this.#joined.set(who.id, { who, isNew: this.#joined.get(who.id)?.isNew ?? !isKnown });
    this.changed();
  }

  /** Someone left. */
  left(who: Participant): void {
    const untold = this.#joined.get(who.id);
    this.#joined.delete(who.id);
    if (!untold?.isNew) this.#left.set(who.id, who);
    this.changed();
  }

  /** The count changed, or may have. */
  changed(): void {
    if (this.#callOff) return;
    const pause = this.#toldAt + limits.presenceGapMs - this.#clock.now();
    if (pause <= 0) return this.#tell();
    this.#callOff = this.#clock.after(pause, () => this.#tell());
  }

  /** A `ready` has named everyone who is here: whoever of them leaves now is known, and must be told of. */
  shown(): void {
    for (const [id, { who }] of this.#joined) this.#joined.set(id, { who, isNew: false });
  }

  /** Forgets what was still to be told: the room is no more. */
  forget(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#joined.clear();
    this.#left.clear();
  }

  #tell(): void {
    this.#callOff = undefined;
    this.#toldAt = this.#clock.now();
    this.#broadcast({
      type: 'presence',
      participantCount: this.#count(),
      ...(this.#joined.size > 0 && { joined: [...this.#joined.values()].map(({ who }) => who) }),
      ...(this.#left.size > 0 && { left: [...this.#left.values()] }),
    });
    this.#joined.clear();
    this.#left.clear();
  }
}
