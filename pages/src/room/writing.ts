/** What is being written: a message, an answer to one, or other words for one, and the name to write under. */
import { computed, signal } from '@preact/signals';
import { ApiError, cleanName, countCharacters, limits, looksLikeRole, type Message } from '../../../client/index.ts';
import { kept, type SendKey } from './kept.ts';
import type { RoomSession } from './session.ts';

/** Characters left from which on the counter shows. */
const nearLimit = 200;

export class Writing {
  readonly text;
  /** Whether what is being written outlives this page. */
  readonly isKept = signal(false);
  /** The message that is answered, or whose text is changed. */
  readonly replyTo = signal<Message | undefined>(undefined);
  readonly editing = signal<Message | undefined>(undefined);
  /** Whether what stands at the foot of the room has the focus, for what takes its place. */
  hasFocus = false;
  /** Why the change of a message was refused. */
  readonly refusal = signal<ApiError | undefined>(undefined);
  readonly name = signal('');
  /** Whether the name is asked for: on a first visit, and to change it. */
  readonly isNaming;
  readonly sendKey = signal<SendKey>(kept.sendKey);
  readonly left = computed(() => limits.messageLength - countCharacters(this.text.value));
  readonly isNearLimit = computed(() => this.left.value <= nearLimit);
  readonly nameLeft = computed(() => limits.nameLength - countCharacters(cleanName(this.name.value)));
  /** Whether the room would refuse the name as one that looks like a role. */
  readonly isRoleName = computed(() => looksLikeRole(cleanName(this.name.value)));
  /** Seconds until it may be sent; 0 for a change, which need not wait. */
  readonly wait = computed(() => (this.editing.value ? 0 : this.#session.wait.value));
  readonly canSend = computed(
    () => /\S/u.test(this.text.value) && this.left.value >= 0 && this.#nameFits.value && this.wait.value === 0,
  );
  readonly #nameFits = computed(() => !this.isNaming.value || (this.nameLeft.value >= 0 && !this.isRoleName.value));
  readonly #session: RoomSession;
  /** What was being written when a change began. */
  #setAside = '';

  constructor(session: RoomSession) {
    this.#session = session;
    this.text = signal(kept.draft(session.box));
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

  choose(key: SendKey): void {
    this.sendKey.value = key;
    kept.sendKey = key;
  }

  /** The text is now another: kept as a draft, and the room hears that one types. */
  write(text: string): void {
    this.text.value = text;
    if (this.editing.value) return;
    this.isKept.value = kept.keepDraft(this.#session.box, text);
    this.#session.room.typing(text !== '');
  }

  answer(message: Message): void {
    this.leave();
    this.replyTo.value = message;
  }

  /** Changes a message of one's own. */
  change(message: Message): void {
    this.leave();
    this.#setAside = this.text.value;
    this.editing.value = message;
    this.text.value = message.text;
  }

  /** Answers or changes nothing any more. */
  leave(): void {
    this.replyTo.value = undefined;
    this.refusal.value = undefined;
    if (!this.editing.value) return;
    this.editing.value = undefined;
    this.text.value = this.#setAside;
  }

  /** Sends the text, which is cleared once it is in the outbox; or the change, which stays until it is stored. */
  async send(): Promise<void> {
    if (!this.canSend.value) return;
    this.takeName();
    const text = this.text.value.trimEnd();
    const { value: changed } = this.editing;
    if (changed) return this.#store(changed, text);
    this.#session.send(text, this.replyTo.value?.id);
    this.replyTo.value = undefined;
    this.write('');
  }

  async #store(changed: Message, text: string): Promise<void> {
    this.refusal.value = undefined;
    try {
      if (text !== changed.text) await this.#session.room.edit(changed.id, text);
      if (this.editing.value === changed) this.leave();
    } catch (error) {
      if (error instanceof ApiError && this.editing.value === changed) this.refusal.value = error;
    }
  }
}
