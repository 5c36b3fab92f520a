/** What is being written: the text and, where it is asked for, the name to write under. */
import { computed, signal } from '@preact/signals';
import { cleanName, countCharacters, limits, looksLikeRole } from '../../../client/index.ts';
import type { RoomSession } from './session.ts';

/** Characters left from which on the counter shows. */
const nearLimit = 200;

export class Writing {
  readonly text = signal('');
  readonly name = signal('');
  /** Whether the name is asked for: on a first visit, and to change it. */
  readonly isNaming;
  readonly left = computed(() => limits.messageLength - countCharacters(this.text.value));
  readonly isNearLimit = computed(() => this.left.value <= nearLimit);
  readonly nameLeft = computed(() => limits.nameLength - countCharacters(cleanName(this.name.value)));
  /** Whether the room would refuse the name as one that looks like a role. */
  readonly isRoleName = computed(() => looksLikeRole(cleanName(this.name.value)));
  readonly canSend = computed(() => /\S/u.test(this.text.value) && this.left.value >= 0 && this.#nameFits.value);
  readonly #nameFits = computed(() => !this.isNaming.value || (this.nameLeft.value >= 0 && !this.isRoleName.value));
  readonly #session: RoomSession;

  constructor(session: RoomSession) {
    this.#session = session;
    this.isNaming = signal(session.name.value === undefined);
  }

  /** Whether there is a name to go back to. */
  get isRenaming(): boolean {
    return this.isNaming.value && this.#session.name.value !== undefined;
  }

  /** Asks for the name again. */
  startNaming(): void {
    this.name.value = this.#session.name.value ?? '';
    this.isNaming.value = true;
  }

  /** Leaves the name as it was, unless none was ever chosen. */
  stopNaming(): void {
    this.isNaming.value = this.#session.name.value === undefined;
  }

  /** @returns whether the name could be taken */
  takeName(): boolean {
    if (!this.#nameFits.value) return false;
    if (this.isNaming.value) this.#session.rename(cleanName(this.name.value));
    this.isNaming.value = false;
    return true;
  }

  /** Sends the text, which is cleared once it is in the outbox. */
  send(): void {
    if (!this.canSend.value) return;
    this.takeName();
    this.#session.send(this.text.value.trimEnd());
    this.text.value = '';
  }
}
