/** A message in the log: avatar or time in the gutter, then author, text and reactions, and the actions. */
import { useComputed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Message } from '../../../client/index.ts';
import { clockTime, longDateTime, weekdayDate } from '../date-format.ts';
import { Icon } from '../icon.tsx';
import { Avatar } from './avatar.tsx';
import { useLongPress } from './long-press.ts';
import { MessageActions } from './message-actions.tsx';
import type { GroupedLine, GroupedMessage } from './message-groups.ts';
import { MessageText } from './message-text.tsx';
import { PersonButton, PersonName } from './person-name.tsx';
import { Quote } from './quote.tsx';
import { Reactions } from './reactions.tsx';
import type { RoomViewState } from './room-view-state.ts';
import { words } from './words.ts';

export function DateDivider({ at }: { at: number }) {
  return (
    <div class="date-divider">
      <h2>{weekdayDate(at)}</h2>
    </div>
  );
}

function MessageTime({ at }: { at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={longDateTime(at)}>
      {clockTime(at)}
    </time>
  );
}

/** The gutter of a row: the avatar where a group starts, else the time. */
export function LineGutter({ line: { isGroupStart, message } }: { line: GroupedLine<GroupedMessage> }) {
  return (
    <div class="log-row-gutter">
      {isGroupStart ? (
        <Avatar id={message.author.id} name={message.author.name} />
      ) : (
        <MessageTime at={message.createdAt} />
      )}
    </div>
  );
}

interface LineBodyProps {
  line: GroupedLine<GroupedMessage>;
  /** If given, the author's name opens the menu of the person. */
  view?: RoomViewState;
  children: ComponentChildren;
}

/** Beside the gutter: the author where a group starts, then the content. */
export function LineBody({ line: { isGroupStart, message }, view, children }: LineBodyProps) {
  return (
    <div class="log-row-body">
      {isGroupStart && (
        <p class="message-author">
          {view ? <PersonButton view={view} person={message.author} /> : <PersonName person={message.author} />}
          <MessageTime at={message.createdAt} />
        </p>
      )}
      {children}
    </div>
  );
}

interface MessageLineProps {
  view: RoomViewState;
  line: GroupedLine<Message>;
  isOwn: boolean;
  /** Number of people who have read it, shown below the user's newest message; undefined for all others. */
  readBy: number | undefined;
  /** The message being replied to, if it is loaded. */
  original: Message | undefined;
}

export function MessageLine({ view, line, isOwn, readBy, original }: MessageLineProps) {
  const { message, isGroupStart, startsDay } = line;
  const isUnread = useComputed(() => view.unread.dividerId.value === message.id).value;
  const isHighlighted = useComputed(() => view.highlightedId.value === message.id).value;
  const isCurrent = useComputed(() => view.focusedId.value === message.id).value;
  const isHidden = useComputed(() => view.hiddenIds.value.has(message.author.id)).value;
  const { unreadDivider } = words.value;
  const article = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isHighlighted) article.current?.focus({ preventScroll: true });
  }, [isHighlighted]);
  const longPress = useLongPress((anchor) => view.openOverlay({ name: 'message', message, anchor }));
  // Most changes of the room state do not affect this message.
  const body = useMemo(
    () => <MessageBody view={view} line={line} isOwn={isOwn} readBy={readBy} original={original} isHidden={isHidden} />,
    [message, isGroupStart, isOwn, readBy, original, isHidden, words.value],
  );
  return (
    <>
      {startsDay && <DateDivider at={message.createdAt} />}
      {isUnread && (
        <div class="unread-divider">
          <span>{unreadDivider}</span>
        </div>
      )}
      <article
        ref={article}
        class={`log-row message ${isGroupStart ? 'is-first' : ''} ${isOwn ? 'is-own' : ''} ${isHighlighted ? 'is-highlighted' : ''}`}
        aria-label={`${message.author.name} ${clockTime(message.createdAt)}`}
        data-message-id={message.id}
        tabIndex={-1}
        onFocusCapture={() => {
          view.focusedId.value = message.id;
        }}
        {...longPress}
      >
        {body}
        {message.deletedAt === undefined && <MessageActions view={view} message={message} isCurrent={isCurrent} />}
      </article>
    </>
  );
}

function MessageBody({ view, line, isOwn, readBy, original, isHidden }: MessageLineProps & { isHidden: boolean }) {
  const { message } = line;
  return (
    <>
      <LineGutter line={line} />
      <LineBody line={line} view={view}>
        {message.replyTo !== undefined && <Quote view={view} to={message.replyTo} original={original} />}
        <MessageContent message={message} selfId={view.controller.selfId.value} isHidden={isHidden && !isOwn} />
        {!isHidden && <Reactions view={view} message={message} />}
        {readBy !== undefined && (
          <p class="send-status">
            <Icon name="check" small />
            {readBy === 0 ? words.value.sent : words.value.sentAndRead(readBy)}
          </p>
        )}
      </LineBody>
    </>
  );
}

interface MessageContentProps {
  message: Message;
  selfId: string | undefined;
  isHidden: boolean;
}

function MessageContent({ message, selfId, isHidden }: MessageContentProps) {
  const { deletedByAuthor, deletedByModerator, hiddenMessage, edited } = words.value;
  if (message.deletedAt !== undefined) {
    return (
      <p class="message-placeholder">{message.deletedBy === 'moderator' ? deletedByModerator : deletedByAuthor}</p>
    );
  }
  if (isHidden) return <p class="message-placeholder">{hiddenMessage}</p>;
  return (
    <>
      <MessageText message={message} selfId={selfId} />
      {message.editedAt !== undefined && (
        <p class="send-status">
          <span title={longDateTime(message.editedAt)}>{edited}</span>
        </p>
      )}
    </>
  );
}
