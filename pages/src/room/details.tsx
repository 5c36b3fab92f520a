/** Changing what the room is: title, about and tags, and whether it takes a key. */
import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useEffect } from 'preact/hooks';
import { countCharacters, limits } from '../../../client/index.ts';
import { api } from '../api.ts';
import { CopyButton } from '../copy-button.tsx';
import { Dialog } from '../dialog.tsx';
import { readableCharacters } from '../secret.ts';
import { Problem, useAttempt } from './attempt.tsx';
import { words } from './dialog-words.ts';
import type { RoomView } from './view.ts';

/** A key that is read aloud: three groups of characters. */
const newKey = () => [4, 4, 4].map(readableCharacters).join('-');

export function Details({ view }: { view: RoomView }) {
  const { session } = view;
  const { link, adminToken = '' } = session;
  const room = session.state.value.room;
  const title = useSignal(room?.title ?? '');
  const about = useSignal(room?.about ?? '');
  const tags = useSignal(room?.tags.join(', ') ?? '');
  const isPrivate = useSignal(false);
  const wasPrivate = useSignal(false);
  const key = useSignal('');
  const attempt = useAttempt();
  const text = words.value;
  const close = () => view.close();

  useEffect(() => {
    void attempt.run(async () => {
      const known = await api.getRoom({ params: { link } }, session.access);
      isPrivate.value = known.isPrivate === true;
      wasPrivate.value = isPrivate.value;
    });
  }, [session]);

  const tagList = () => [
    ...new Set(
      tags.value
        .split(/[,、，\n]/u)
        .map((tag) => tag.trim().replace(/^#/u, ''))
        .filter((tag) => tag !== ''),
    ),
  ];

  function privacy() {
    if (!isPrivate.value) return wasPrivate.value ? { private: false as const } : {};
    return key.value ? { joinKey: key.value } : {};
  }

  function submit(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const content = { title: title.value, about: about.value, tag: tagList(), ...privacy() };
    void attempt.run(() => api.updateRoom({ body: { token: adminToken, link, content } }), close);
  }

  const titleLength = countCharacters(title.value);
  return (
    <Dialog labelledBy="details" onClose={close}>
      <form class="details" onSubmit={submit}>
        <h2 class="title" id="details">
          {text.editRoom}
        </h2>
        <div class="field">
          <div class="field-head">
            <label for="room-title">{text.title}</label>
            <span class="field-note">
              {titleLength} / {limits.titleLength}
            </span>
          </div>
          <input
            id="room-title"
            class="input"
            dir="auto"
            autocomplete="off"
            aria-invalid={titleLength > limits.titleLength}
            value={title.value}
            onInput={(event) => {
              title.value = event.currentTarget.value;
            }}
          />
        </div>
        <div class="field">
          <div class="field-head">
            <label for="room-about">{text.about}</label>
            <span class="field-note">{text.optional}</span>
          </div>
          <textarea
            id="room-about"
            class="input"
            dir="auto"
            rows={3}
            value={about.value}
            onInput={(event) => {
              about.value = event.currentTarget.value;
            }}
          />
        </div>
        <div class="field">
          <div class="field-head">
            <label for="room-tags">{text.tags}</label>
            <span class="field-note">{text.tagsHint}</span>
          </div>
          <input
            id="room-tags"
            class="input"
            dir="auto"
            autocomplete="off"
            value={tags.value}
            onInput={(event) => {
              tags.value = event.currentTarget.value;
            }}
          />
        </div>
        <label class="check">
          <input
            type="checkbox"
            checked={isPrivate.value}
            onChange={(event) => {
              isPrivate.value = event.currentTarget.checked;
              if (isPrivate.value && !wasPrivate.value) key.value = newKey();
            }}
          />
          <span>{text.privateRoom}</span>
        </label>
        {isPrivate.value && (
          <div class="field">
            <div class="field-head">
              <label for="room-key">{text.roomKey}</label>
              <span class="field-note">{wasPrivate.value ? text.keyStays : text.keyIsShownNow}</span>
            </div>
            <div class="copy-line">
              <input
                id="room-key"
                class="input"
                autocomplete="off"
                value={key.value}
                onInput={(event) => {
                  key.value = event.currentTarget.value;
                }}
              />
              <CopyButton text={key.value} label={text.copy} done={text.copied} icon="copy" />
            </div>
            <p class="hint">{text.keyShutsOut}</p>
          </div>
        )}
        <Problem attempt={attempt} />
        <div class="dialog-acts">
          <button type="button" class="button" onClick={close}>
            {text.cancel}
          </button>
          <button type="submit" class="button is-main" aria-disabled={attempt.isRunning.value}>
            {text.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
