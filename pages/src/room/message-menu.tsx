/** The menu of a message. */
import { useSignal } from '@preact/signals';
import type { Message } from '../../../client/index.ts';
import { Menu, MenuItem } from '../menu.tsx';
import { roomUrl } from '../service-urls.ts';
import { words } from './dialog-words.ts';
import { ReactionPicker } from './reaction-picker.tsx';
import type { RoomViewState } from './room-view-state.ts';
import { useRoomState } from './use-room.ts';

interface MessageMenuProps {
  view: RoomViewState;
  message: Message;
  anchor: Element;
}

export function MessageMenu({ view, message: initialMessage, anchor }: MessageMenuProps) {
  const text = words.value;
  const { controller } = view;
  // The current version, if it is still loaded.
  const message =
    useRoomState(controller, ({ messages }) => messages.find(({ id }) => id === initialMessage.id)) ?? initialMessage;
  const copied = useSignal<{ what: 'text' | 'link'; feedback: string } | undefined>(undefined);
  const canWrite = controller.canWrite.value;
  const isOwn = message.author.id === controller.selfId.value;
  const isVisible = !view.hiddenIds.value.has(message.author.id);

  async function copy(what: 'text' | 'link', content: string) {
    // `navigator.clipboard` is undefined in insecure contexts.
    const isDone = await navigator.clipboard?.writeText(content).then(
      () => true,
      () => false,
    );
    copied.value = { what, feedback: isDone ? text.copied : text.copyFailed };
  }

  const feedbackFor = (what: 'text' | 'link') => (copied.value?.what === what ? copied.value.feedback : undefined);

  const closeThen = (act: () => void) => () => {
    view.closeOverlay();
    act();
  };

  return (
    <Menu label={text.message} anchor={anchor} onClose={() => view.closeOverlay()}>
      <p class="menu-quote" dir="auto">
        {text.quoted(message.text)}
      </p>
      {canWrite && <ReactionPicker view={view} message={message} />}
      <hr />
      {canWrite && (
        <MenuItem icon="reply" label={text.reply} onPress={closeThen(() => view.composeState.startReply(message))} />
      )}
      <MenuItem
        icon="copy"
        label={feedbackFor('text') ?? text.copyText}
        onPress={() => void copy('text', message.text)}
      />
      <MenuItem
        icon="link"
        label={feedbackFor('link') ?? text.copyMessageLink}
        onPress={() => void copy('link', `${roomUrl(controller.link)}#m${message.id}`)}
      />
      {isOwn && canWrite && (
        <MenuItem
          icon="edit"
          label={text.editMessage}
          onPress={closeThen(() => view.composeState.startEdit(message))}
        />
      )}
      {!isOwn && (
        <MenuItem
          icon="people"
          label={text.actionsFor(message.author.name)}
          onPress={() => view.openOverlay({ name: 'person', person: message.author, anchor })}
        />
      )}
      {!isOwn && (
        <MenuItem
          icon="hide"
          label={isVisible ? text.hidePerson(message.author.name) : text.showPerson(message.author.name)}
          onPress={closeThen(() => view.setHidden(message.author.id, isVisible))}
        />
      )}
      {!isOwn && controller.selfId.value && (
        <MenuItem icon="flag" label={text.report} onPress={() => view.openOverlay({ name: 'report', message })} />
      )}
      {(isOwn || controller.isModerator.value) && controller.selfId.value && (
        <MenuItem
          icon="trash"
          label={text.deleteMessage}
          isDanger
          onPress={() => view.openOverlay({ name: 'delete-message', message, anchor })}
        />
      )}
    </Menu>
  );
}

/** The menu with only the reactions, opened from the action buttons of a message. */
export function ReactionMenu({ view, message, anchor }: MessageMenuProps) {
  return (
    <Menu label={words.value.reaction} anchor={anchor} onClose={() => view.closeOverlay()}>
      <ReactionPicker view={view} message={message} />
    </Menu>
  );
}
