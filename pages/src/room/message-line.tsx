/** A message in the log: tile or time in the margin, then who and what, and what can be done with it. */
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
    <div class="date-rule">
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

/** The margin of a line. */
export function LineGutter({ line: { isGroupStart, message } }: { line: GroupedLine<GroupedMessage> }) {
  return (
    <div class="line-margin">
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
  /** Where the name leads to what can be done with its person. */
  view?: RoomViewState;
  children: ComponentChildren;
}

/** Beside the margin: the author where a group begins, then the rest. */
export function LineBody({ line: { isGroupStart, message }, view, children }: LineBodyProps) {
  return (
    <div class="line-words">
      {isGroupStart && (
        <p class="who">
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
  /** How many have read it, where it is the newest of one's own; below it stands that it was sent. */
  readBy: number | undefined;
  /** The message to which it replies, where that is known. */
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
  const longPress = useLongPress((at) => view.openOverlay({ name: 'message', message, anchor: at }));
  // Most changes of a room concern no line that is there.
  const body = useMemo(
    () => <MessageBody view={view} line={line} isOwn={isOwn} readBy={readBy} original={original} isHidden={isHidden} />,
    [message, isGroupStart, isOwn, readBy, original, isHidden, words.value],
  );
  return (
    <>
      {startsDay && <DateDivider at={message.createdAt} />}
      {isUnread && (
        <div class="unread">
          <span>{unreadDivider}</span>
        </div>
      )}
      <article
        ref={article}
        class={`line message ${isGroupStart ? 'is-first' : ''} ${isOwn ? 'is-own' : ''} ${isHighlighted ? 'is-flash' : ''}`}
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
          <p class="fate">
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
    return <p class="gone">{message.deletedBy === 'moderator' ? deletedByModerator : deletedByAuthor}</p>;
  }
  if (isHidden) return <p class="gone">{hiddenMessage}</p>;
  return (
    <>
      <MessageText message={message} selfId={selfId} />
      {message.editedAt !== undefined && (
        <p class="fate">
          <span title={longDateTime(message.editedAt)}>{edited}</span>
        </p>
      )}
    </>
  );
}
