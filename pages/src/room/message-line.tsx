/** A message in the log: tile or time in the margin, then who and what, and what can be done with it. */
import { useComputed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Message } from '../../../client/index.ts';
import { Icon } from '../icon.tsx';
import { clockTime, dayName, wholeTime } from '../times.ts';
import type { Line, Said } from './lines.ts';
import { useLongPress } from './long-press.ts';
import { MessageActs } from './message-acts.tsx';
import { MessageText } from './message-text.tsx';
import { PersonButton, PersonName } from './person-name.tsx';
import { Quote } from './quote.tsx';
import { Stamps } from './stamps.tsx';
import { Tile } from './tile.tsx';
import type { RoomView } from './view.ts';
import { words } from './words.ts';

export function DateRule({ at }: { at: number }) {
  return (
    <div class="date-rule">
      <h2>{dayName(at)}</h2>
    </div>
  );
}

function Time({ at }: { at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={wholeTime(at)}>
      {clockTime(at)}
    </time>
  );
}

/** The margin of a line. */
export function LineMargin({ line: { isFirst, said } }: { line: Line<Said> }) {
  return (
    <div class="line-margin">
      {isFirst ? <Tile id={said.author.id} name={said.author.name} /> : <Time at={said.createdAt} />}
    </div>
  );
}

interface LineWordsProps {
  line: Line<Said>;
  /** Where the name leads to what can be done with its person. */
  view?: RoomView;
  children: ComponentChildren;
}

/** Beside the margin: the author where a group begins, then the rest. */
export function LineWords({ line: { isFirst, said }, view, children }: LineWordsProps) {
  return (
    <div class="line-words">
      {isFirst && (
        <p class="who">
          {view ? <PersonButton view={view} person={said.author} /> : <PersonName person={said.author} />}
          <Time at={said.createdAt} />
        </p>
      )}
      {children}
    </div>
  );
}

interface MessageLineProps {
  view: RoomView;
  line: Line<Message>;
  isOwn: boolean;
  /** How many have read it, where it is the newest of one's own; below it stands that it was sent. */
  readBy: number | undefined;
  /** The message to which it replies, where that is known. */
  original: Message | undefined;
}

export function MessageLine({ view, line, isOwn, readBy, original }: MessageLineProps) {
  const { said: message, isFirst, startsDay } = line;
  const isUnread = useComputed(() => view.unread.from.value === message.id).value;
  const isFlash = useComputed(() => view.flash.value === message.id).value;
  const isCurrent = useComputed(() => view.current.value === message.id).value;
  const isHidden = useComputed(() => view.hidden.value.has(message.author.id)).value;
  const { unreadFrom } = words.value;
  const article = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isFlash) article.current?.focus({ preventScroll: true });
  }, [isFlash]);
  const hold = useLongPress((at) => view.open({ name: 'message', message, at }));
  // Most changes of a room concern no line that is there.
  const body = useMemo(
    () => <MessageBody view={view} line={line} isOwn={isOwn} readBy={readBy} original={original} isHidden={isHidden} />,
    [message, isFirst, isOwn, readBy, original, isHidden, words.value],
  );
  return (
    <>
      {startsDay && <DateRule at={message.createdAt} />}
      {isUnread && (
        <div class="unread">
          <span>{unreadFrom}</span>
        </div>
      )}
      <article
        ref={article}
        class={`line message ${isFirst ? 'is-first' : ''} ${isOwn ? 'is-own' : ''} ${isFlash ? 'is-flash' : ''}`}
        aria-label={`${message.author.name} ${clockTime(message.createdAt)}`}
        data-message-id={message.id}
        tabIndex={-1}
        onFocusCapture={() => {
          view.current.value = message.id;
        }}
        {...hold}
      >
        {body}
        {message.deletedAt === undefined && <MessageActs view={view} message={message} isCurrent={isCurrent} />}
      </article>
    </>
  );
}

function MessageBody({ view, line, isOwn, readBy, original, isHidden }: MessageLineProps & { isHidden: boolean }) {
  const { said: message } = line;
  return (
    <>
      <LineMargin line={line} />
      <LineWords line={line} view={view}>
        {message.replyTo !== undefined && <Quote view={view} to={message.replyTo} original={original} />}
        <MessageWords message={message} selfId={view.session.selfId.value} isHidden={isHidden && !isOwn} />
        {!isHidden && <Stamps view={view} message={message} />}
        {readBy !== undefined && (
          <p class="fate">
            <Icon name="check" small />
            {readBy === 0 ? words.value.sent : words.value.sentAndRead(readBy)}
          </p>
        )}
      </LineWords>
    </>
  );
}

interface MessageWordsProps {
  message: Message;
  selfId: string | undefined;
  isHidden: boolean;
}

function MessageWords({ message, selfId, isHidden }: MessageWordsProps) {
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
          <span title={wholeTime(message.editedAt)}>{edited}</span>
        </p>
      )}
    </>
  );
}
