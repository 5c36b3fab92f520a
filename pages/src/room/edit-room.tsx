/** The dialog that edits title, description, tags and the join key of a room. */
import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useEffect } from 'preact/hooks';
import { countCharacters, limits } from '../../../client/index.ts';
import { api } from '../api.ts';
import { Dialog } from '../dialog.tsx';
import { words } from './dialog-words.ts';
import { RoomKeyField } from './room-key-field.tsx';
import type { RoomViewState } from './room-view-state.ts';
import { TextField } from './text-field.tsx';
import { RequestError, useRequest } from './use-request.tsx';

/** Splits at commas and line breaks, and removes duplicates. */
const parseTags = (text: string) => [
  ...new Set(
    text
      .split(/[,、，\n]/u)
      .map((tag) => tag.trim().replace(/^#/u, ''))
      .filter((tag) => tag !== ''),
  ),
];

export function EditRoom({ view }: { view: RoomViewState }) {
  const { controller } = view;
  const { link, adminToken = '' } = controller;
  const room = controller.state.value.room;
  const title = useSignal(room?.title ?? '');
  const about = useSignal(room?.about ?? '');
  const tags = useSignal(room?.tags.join(', ') ?? '');
  const isPrivate = useSignal(false);
  /** Whether the room is private now; undefined until the service has answered. */
  const wasPrivate = useSignal<boolean | undefined>(undefined);
  const joinKey = useSignal('');
  const request = useRequest();
  const text = words.value;
  const close = () => view.closeOverlay();

  useEffect(() => {
    void request.run(async () => {
      const known = await api.getRoom({ params: { link } }, controller.callOptions);
      isPrivate.value = known.isPrivate === true;
      wasPrivate.value = isPrivate.value;
    });
  }, [controller]);

  const tag = parseTags(tags.value);
  const tagsFit = tag.length <= limits.room.tags && tag.every((one) => countCharacters(one) <= limits.room.tagLength);
  const titleLength = countCharacters(title.value);
  const keyLength = countCharacters(joinKey.value);
  const keyFits = keyLength === 0 ? wasPrivate.value === true : keyLength >= limits.joinKey.lengthMin;
  const canSave =
    /\S/u.test(title.value) &&
    titleLength <= limits.room.titleLength &&
    countCharacters(about.value) <= limits.room.aboutLength &&
    tagsFit &&
    (!isPrivate.value || (keyFits && keyLength <= limits.joinKey.length));

  function privacyChange() {
    if (!isPrivate.value) return wasPrivate.value ? { private: false as const } : {};
    return joinKey.value ? { joinKey: joinKey.value } : {};
  }

  function submit(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!canSave) return;
    const content = { title: title.value, about: about.value, tag, ...privacyChange() };
    void request.run(() => api.updateRoom({ body: { token: adminToken, link, content } }), close);
  }

  return (
    <Dialog labelledBy="details" onClose={close}>
      <form onSubmit={submit}>
        <h2 class="title" id="details">
          {text.editRoom}
        </h2>
        <TextField
          id="room-title"
          label={text.title}
          hint={`${titleLength} / ${limits.room.titleLength}`}
          text={title}
          maxLength={limits.room.titleLength}
        />
        <TextField
          id="room-about"
          label={text.about}
          hint={text.optional}
          text={about}
          maxLength={limits.room.aboutLength}
          rows={3}
        />
        <TextField
          id="room-tags"
          label={text.tags}
          hint={text.tagsHint(limits.room.tags, limits.room.tagLength)}
          text={tags}
          maxLength={limits.room.tags * (limits.room.tagLength + 2)}
          isInvalid={!tagsFit}
        />
        {wasPrivate.value !== undefined && (
          <RoomKeyField isPrivate={isPrivate} wasPrivate={wasPrivate.value} joinKey={joinKey} isInvalid={!keyFits} />
        )}
        <RequestError request={request} />
        <div class="dialog-actions">
          <button type="button" class="button" onClick={close}>
            {text.cancel}
          </button>
          <button type="submit" class="button is-primary" aria-disabled={!canSave || request.isPending.value}>
            {text.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
