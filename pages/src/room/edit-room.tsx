/** Changing what the room is: title, about and tags, and whether it takes a key. */
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

/** Each once, however they are set apart. */
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
  /** Whether it takes a key at present; undefined until that is known. */
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
  const tagsFit = tag.length <= limits.tags && tag.every((one) => countCharacters(one) <= limits.tagLength);
  const titleLength = countCharacters(title.value);
  const keyLength = countCharacters(joinKey.value);
  const keyFits = keyLength === 0 ? wasPrivate.value === true : keyLength >= limits.joinKeyLengthMin;
  const canSave =
    /\S/u.test(title.value) &&
    titleLength <= limits.titleLength &&
    countCharacters(about.value) <= limits.aboutLength &&
    tagsFit &&
    (!isPrivate.value || (keyFits && keyLength <= limits.joinKeyLength));

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
          note={`${titleLength} / ${limits.titleLength}`}
          text={title}
          most={limits.titleLength}
        />
        <TextField
          id="room-about"
          label={text.about}
          note={text.optional}
          text={about}
          most={limits.aboutLength}
          rows={3}
        />
        <TextField
          id="room-tags"
          label={text.tags}
          note={text.tagsHint(limits.tags, limits.tagLength)}
          text={tags}
          most={limits.tags * (limits.tagLength + 2)}
          isInvalid={!tagsFit}
        />
        {wasPrivate.value !== undefined && (
          <RoomKeyField isPrivate={isPrivate} wasPrivate={wasPrivate.value} joinKey={joinKey} isInvalid={!keyFits} />
        )}
        <RequestError request={request} />
        <div class="dialog-acts">
          <button type="button" class="button" onClick={close}>
            {text.cancel}
          </button>
          <button type="submit" class="button is-main" aria-disabled={!canSave || request.isPending.value}>
            {text.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
