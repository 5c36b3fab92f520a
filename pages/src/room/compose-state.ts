/** What is being written: a message, an answer to one, or other words for one, and the name to write under. */
import { computed, signal } from '@preact/signals';
import { ApiError, cleanName, countCharacters, limits, looksLikeRole, type Message } from '../../../client/index.ts';
import type { RoomController } from './room-controller.ts';
import { roomStorage, type SendKey } from './room-storage.ts';

/** Characters left from which on the counter shows. */
const nearLimit = 200;

export class ComposeState {
  readonly text;
  /** Whether what is being written outlives this page. */
  readonly isDraftSaved = signal(false);
  /** The message that is answered, or whose text is changed. */
  readonly replyTo = signal<Message | undefined>(undefined);
  readonly editing = signal<Message | undefined>(undefined);
  /** Whether what stands at the foot of the room has the focus, for what takes its place. */
  hasFocus = false;
  /** Why the change of a message was refused. */
  readonly editError = signal<ApiError | undefined>(undefined);
  readonly name = signal('');
  /** Whether the name is asked for: on a first visit, and to change it. */
  readonly isEditingName;
  readonly sendKey = signal<SendKey>(roomStorage.sendKey);
  readonly charactersRemaining = computed(() => limits.messageLength - countCharacters(this.text.value));
  readonly isNearLimit = computed(() => this.charactersRemaining.value <= nearLimit);
  readonly nameCharactersRemaining = computed(() => limits.nameLength - countCharacters(cleanName(this.name.value)));
  /** Whether the room would refuse the name as one that looks like a role. */
  readonly isRoleName = computed(() => looksLikeRole(cleanName(this.name.value)));
  /** Seconds until it may be sent; 0 for a change, which need not wait. */
  readonly secondsUntilSend = computed(() => (this.editing.value ? 0 : this.#controller.secondsUntilSend.value));
  readonly canSend = computed(
    () =>
      /\S/u.test(this.text.value) &&
      this.charactersRemaining.value >= 0 &&
      this.#isNameValid.value &&
      this.secondsUntilSend.value === 0,
  );
  readonly #isNameValid = computed(
    () => !this.isEditingName.value || (this.nameCharactersRemaining.value >= 0 && !this.isRoleName.value),
  );
  readonly #controller: RoomController;
  /** What was being written when a change began. */
  #textBeforeEdit = '';

  constructor(controller: RoomController) {
    this.#controller = controller;
    this.text = signal(roomStorage.draft(controller.storageKey));
    this.isEditingName = signal(controller.name.value === undefined);
  }

  /** Whether there is a name to go back to. */
  get isRenaming(): boolean {
    return this.isEditingName.value && this.#controller.name.value !== undefined;
  }

  /** Asks for the name again. */
  startNameEdit(): void {
    this.name.value = this.#controller.name.value ?? '';
    this.isEditingName.value = true;
  }

  /** Leaves the name as it was, unless none was ever chosen. */
  cancelNameEdit(): void {
    this.isEditingName.value = this.#controller.name.value === undefined;
  }

  /** @returns whether the name could be taken */
  saveName(): boolean {
    if (!this.#isNameValid.value) return false;
    if (this.isEditingName.value) this.#controller.rename(cleanName(this.name.value));
    this.isEditingName.value = false;
    return true;
  }

  setSendKey(key: SendKey): void {
    this.sendKey.value = key;
    roomStorage.sendKey = key;
  }

  /** The text is now another: kept as a draft, and the room hears that one types. */
  setText(text: string): void {
    this.text.value = text;
    if (this.editing.value) return;
    this.isDraftSaved.value = roomStorage.saveDraft(this.#controller.storageKey, text);
    this.#controller.connection.typing(text !== '');
  }

  startReply(message: Message): void {
    this.cancelReplyOrEdit();
    this.replyTo.value = message;
  }

  /** Changes a message of one's own. */
  startEdit(message: Message): void {
    this.cancelReplyOrEdit();
    this.#textBeforeEdit = this.text.value;
    this.editing.value = message;
    this.text.value = message.text;
  }

  /** Answers or changes nothing any more. */
  cancelReplyOrEdit(): void {
    this.replyTo.value = undefined;
    this.editError.value = undefined;
    if (!this.editing.value) return;
    this.editing.value = undefined;
    this.text.value = this.#textBeforeEdit;
  }

  /** Sends the text, which is cleared once it is in the outbox; or the change, which stays until it is stored. */
  async send(): Promise<void> {
    if (!this.canSend.value) return;
    this.saveName();
    const text = this.text.value.trimEnd();
    const { value: edited } = this.editing;
    if (edited) return this.#saveEdit(edited, text);
    this.#controller.send(text, this.replyTo.value?.id);
    this.replyTo.value = undefined;
    this.setText('');
  }

  async #saveEdit(edited: Message, text: string): Promise<void> {
    this.editError.value = undefined;
    try {
      if (text !== edited.text) await this.#controller.connection.edit(edited.id, text);
      if (this.editing.value === edited) this.cancelReplyOrEdit();
    } catch (error) {
      if (error instanceof ApiError && this.editing.value === edited) this.editError.value = error;
    }
  }
}
