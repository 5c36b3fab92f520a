/** The message log: messages grouped by day and author, then unsent messages. */
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { displayName, type OutgoingMessage, type Participant } from '../../../client/index.ts';
import { Icon } from '../icon.tsx';
import { type GroupedLine, groupMessages } from './message-groups.ts';
import { MessageLine } from './message-line.tsx';
import { OutgoingLine } from './outgoing-line.tsx';
import { PresenceLogLine } from './presence-log-line.tsx';
import type { RoomController } from './room-controller.ts';
import type { RoomViewState } from './room-view-state.ts';
import { useRoomState } from './use-room.ts';
import { words } from './words.ts';

/** Distance from either end of the loaded messages, in pixels, at which the next page is loaded. */
const loadThreshold = 600;

type Outgoing = OutgoingMessage & { author: Participant };

/** The author of the user's unsent messages, also before the room has confirmed the identity. */
function outgoingAuthor(self: Participant | null, name: string | undefined): Participant {
  const known = self ?? { id: '', name: '', role: 'member' as const };
  return { ...known, name: displayName(known.id, name) };
}

/** Moves the focus between messages with the arrow keys. Tab then reaches the actions of the focused one. */
function moveFocus(event: TargetedKeyboardEvent<HTMLElement>): void {
  const { key, currentTarget: log, target } = event;
  if ((key !== 'ArrowUp' && key !== 'ArrowDown') || !(target instanceof Element)) return;
  const messages = [...log.querySelectorAll<HTMLElement>('[data-message-id]')];
  const at = messages.findIndex((message) => message.contains(target));
  const next = at < 0 ? messages.at(-1) : messages[at + (key === 'ArrowUp' ? -1 : 1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

export function Log({ view }: { view: RoomViewState }) {
  const { controller, scrollPosition } = view;
  const messages = useRoomState(controller, (state) => state.messages);
  const outgoing = useRoomState(controller, (state) => state.outgoing);
  const hasNewer = useRoomState(controller, (state) => state.hasNewer);
  const isLive = useRoomState(controller, ({ phase }) => phase.name === 'live');
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (scroller.current && content.current) return scrollPosition.attach(scroller.current, content.current);
  }, [scrollPosition]);

  const loadNearEnds = () => {
    if (scrollPosition.distanceFromTop < loadThreshold) controller.loadOlder();
    if (scrollPosition.distanceFromEnd < loadThreshold) controller.loadNewer();
    if (scrollPosition.isAtEnd.peek()) controller.trimHistory();
  };

  useLayoutEffect(() => {
    scrollPosition.restore(hasNewer);
    loadNearEnds();
  }, [messages, outgoing, hasNewer, isLive, controller.history.failures.value]);

  // Sending a message scrolls to the end.
  const newestOutgoing = outgoing.at(-1)?.clientId;
  useLayoutEffect(() => {
    if (newestOutgoing !== undefined) scrollPosition.scrollToEnd();
  }, [newestOutgoing, scrollPosition]);

  return (
    <main class="log-frame">
      <div
        ref={scroller}
        class="log"
        role="log"
        aria-label={words.value.conversation}
        aria-relevant="additions"
        aria-live={controller.history.isActive.value ? 'off' : 'polite'}
        onKeyDown={moveFocus}
        onScroll={() => {
          scrollPosition.update();
          loadNearEnds();
        }}
      >
        <div ref={content} class="log-content">
          <LogStart controller={controller} />
          <Messages view={view} />
          <OutgoingMessages controller={controller} />
        </div>
      </div>
      <JumpToEnd view={view} />
    </main>
  );
}

/** The loaded messages, with presence entries between them. */
function Messages({ view }: { view: RoomViewState }) {
  const { controller, presenceLog } = view;
  const messages = useRoomState(controller, (state) => state.messages);
  const marks = useRoomState(controller, (state) => state.marks);
  const isAllSent = useRoomState(controller, ({ outgoing, hasNewer }) => outgoing.length === 0 && !hasNewer);
  const selfId = controller.selfId.value;
  const newestOwn = isAllSent ? messages.findLast((message) => message.author.id === selfId)?.id : undefined;
  const readBy = (messageId: number) =>
    Object.entries(marks).filter(([id, read]) => id !== selfId && read >= messageId).length;
  const byId = new Map(messages.map((message) => [message.id, message]));
  const first = messages[0]?.id ?? 0;
  // Entries after a message that is not loaded are shown at the beginning.
  const presenceByMessage = Map.groupBy(presenceLog.entries.value, ({ afterMessageId }) =>
    afterMessageId < first ? 0 : afterMessageId,
  );
  const presenceAfter = (messageId: number) =>
    (presenceByMessage.get(messageId) ?? []).map((entry) => <PresenceLogLine key={`at-${entry.at}`} entry={entry} />);
  return (
    <>
      {presenceAfter(0)}
      {groupMessages(messages).flatMap((line) => [
        <MessageLine
          key={line.message.id}
          view={view}
          line={line}
          isOwn={line.message.author.id === selfId}
          readBy={line.message.id === newestOwn ? readBy(newestOwn) : undefined}
          original={line.message.replyTo === undefined ? undefined : byId.get(line.message.replyTo)}
        />,
        ...presenceAfter(line.message.id),
      ])}
    </>
  );
}

/** The user's messages that the room has not stored yet. */
function OutgoingMessages({ controller }: { controller: RoomController }) {
  const { messages, outgoing, self, phase, hasNewer } = controller.state.value;
  if (outgoing.length === 0) return null;
  const lines: GroupedLine<Outgoing>[] = groupMessages(
    outgoing.map((message) => ({ ...message, author: outgoingAuthor(self, controller.name.value) })),
    hasNewer ? undefined : messages.at(-1),
  );
  return (
    <div aria-live="off">
      {hasNewer && <p class="log-notice">…</p>}
      {lines.map((line) => (
        <OutgoingLine key={line.message.clientId} line={line} controller={controller} isLive={phase.name === 'live'} />
      ))}
    </div>
  );
}

/** The notice above the first message. */
function LogStart({ controller }: { controller: RoomController }) {
  const { phase, messages, outgoing, hasOlder } = controller.state.value;
  const { connecting, emptyRoom, loadingOlder, startOfHistory } = words.value;
  const isEmpty = messages.length + outgoing.length === 0;
  const noticeText = () => {
    if (isEmpty) return phase.name === 'connecting' ? connecting : emptyRoom;
    if (messages.length === 0) return undefined;
    return hasOlder ? loadingOlder : startOfHistory;
  };
  const text = noticeText();
  return text ? <p class="log-notice">{text}</p> : null;
}

/** The button that scrolls to the end, with the number of unseen messages. */
function JumpToEnd({ view }: { view: RoomViewState }) {
  const { hasNewer } = view.controller.state.value;
  if (view.scrollPosition.isAtEnd.value && !hasNewer) return null;
  const count = view.unread.count.value;
  const { newMessages, jumpToLatest } = words.value;
  return (
    <button
      type="button"
      class={count > 0 ? 'jump-to-end is-new' : 'jump-to-end'}
      onClick={() => void view.scrollToEnd()}
    >
      <Icon name="down" small />
      {count > 0 ? newMessages(count) : jumpToLatest}
    </button>
  );
}
