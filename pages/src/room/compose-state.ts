/** The state of the composer: the text, whether it is a reply or an edit, and the name field. */
import { computed, signal } from '@preact/signals';
import { ApiError, cleanName, countCharacters, limits, looksLikeRole, type Message } from '../../../client/index.ts';
import type { RoomController } from './room-controller.ts';
import { roomStorage, type SendKey } from './room-storage.ts';

/** The character counter is shown at this many characters left or fewer. */
const nearLimit = 200;

export class ComposeState {
  readonly text;
  /** Whether the draft was persisted and survives a reload. */
  readonly isDraftSaved = signal(false);
  /** The message being replied to. */
  readonly replyTo = signal<Message | undefined>(undefined);
  /** The message being edited. */
  readonly editing = signal<Message | undefined>(undefined);
  /** Whether the composer, or the notice in its place, had the focus when it was unmounted. See `useFocusHandover`. */
  hasFocus = false;
  /** The error of the last edit. */
  readonly editError = signal<ApiError | undefined>(undefined);
  readonly name = signal('');
  /** Whether the name field is shown: on the first visit, and to change the name. */
  readonly isEditingName;
  readonly sendKey = signal<SendKey>(roomStorage.sendKey);
  readonly charactersRemaining = computed(() => limits.message.length - countCharacters(this.text.value));
  readonly isNearLimit = computed(() => this.charactersRemaining.value <= nearLimit);
  readonly nameCharactersRemaining = computed(
    () => limits.participant.nameLength - countCharacters(cleanName(this.name.value)),
  );
  /** Whether the room would reject the name because it looks like a role. */
  readonly isRoleName = computed(() => looksLikeRole(cleanName(this.name.value)));
  /** Whole seconds until the text may be sent. Edits are not subject to slow mode: 0. */
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
  /** The draft at the time when editing began. */
  #textBeforeEdit = '';

  constructor(controller: RoomController) {
    this.#controller = controller;
    this.text = signal(roomStorage.draft(controller.storageKey));
    this.isEditingName = signal(controller.name.value === undefined);
  }

  /** Whether the name field is shown to change an existing name. */
  get isRenaming(): boolean {
    return this.isEditingName.value && this.#controller.name.value !== undefined;
  }

  /** Shows the name field to change the name. */
  startNameEdit(): void {
    this.name.value = this.#controller.name.value ?? '';
    this.isEditingName.value = true;
  }

  /** Hides the name field without a change, unless a name was never chosen. */
  cancelNameEdit(): void {
    this.isEditingName.value = this.#controller.name.value === undefined;
  }

  /** Applies the name from the name field, if it is shown. @returns whether the name is valid */
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

  /** Changes the text. Unless a message is being edited, stores it as a draft and sends the typing indicator. */
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

  /** Starts to edit one of the user's own messages. */
  startEdit(message: Message): void {
    this.cancelReplyOrEdit();
    this.#textBeforeEdit = this.text.value;
    this.editing.value = message;
    this.text.value = message.text;
  }

  /** Cancels the reply or the edit and restores the draft. */
  cancelReplyOrEdit(): void {
    this.replyTo.value = undefined;
    this.editError.value = undefined;
    if (!this.editing.value) return;
    this.editing.value = undefined;
    this.text.value = this.#textBeforeEdit;
  }

  /** Sends the text and clears the field. An edit stays in the field until the room has stored it. */
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
