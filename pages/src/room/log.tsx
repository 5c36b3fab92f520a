/** The conversation: messages by day and author, then what is on its way. Stays at the end if one reads there. */
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { displayName, type OutgoingMessage, type Participant } from '../../../client/index.ts';
import { Icon } from '../icon.tsx';
import { ComingLine } from './coming-line.tsx';
import { type Line, linesOf } from './lines.ts';
import { MessageLine } from './message-line.tsx';
import { OutgoingLine } from './outgoing-line.tsx';
import type { RoomSession } from './session.ts';
import { useRoom } from './use-room.ts';
import type { RoomView } from './view.ts';
import { words } from './words.ts';

/** Pixels from either end of what is loaded at which more of the log is loaded. */
const nearEnds = 600;

type Outgoing = OutgoingMessage & { author: Participant };

/** Who one's outgoing messages are from, also before the room has said so. */
function author(self: Participant | null, name: string | undefined): Participant {
  const known = self ?? { id: '', name: '', role: 'member' as const };
  return { ...known, name: displayName(known.id, name) };
}

/** The arrows lead from message to message; Tab then reaches what can be done with one. */
function walk(event: TargetedKeyboardEvent<HTMLElement>): void {
  const { key, currentTarget: log, target } = event;
  if ((key !== 'ArrowUp' && key !== 'ArrowDown') || !(target instanceof Element)) return;
  const messages = [...log.querySelectorAll<HTMLElement>('[data-message-id]')];
  const at = messages.findIndex((message) => message.contains(target));
  const next = at < 0 ? messages.at(-1) : messages[at + (key === 'ArrowUp' ? -1 : 1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

export function Log({ view }: { view: RoomView }) {
  const { session, place } = view;
  const messages = useRoom(session, (state) => state.messages);
  const outgoing = useRoom(session, (state) => state.outgoing);
  const hasNewer = useRoom(session, (state) => state.hasNewer);
  const isLive = useRoom(session, ({ phase }) => phase.name === 'live');
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (scroller.current && content.current) return place.follow(scroller.current, content.current);
  }, [place]);

  const loadNearEnds = () => {
    if (place.above < nearEnds) session.loadOlder();
    if (place.below < nearEnds) session.loadNewer();
    if (place.isAtEnd.peek()) session.letGoOfOld();
  };

  useLayoutEffect(() => {
    place.keep(hasNewer);
    loadNearEnds();
  }, [messages, outgoing, hasNewer, isLive, session.failedLoads.value]);

  // One's own message is worth going to the end for.
  const newestOutgoing = outgoing.at(-1)?.clientId;
  useLayoutEffect(() => {
    if (newestOutgoing !== undefined) place.toEnd();
  }, [newestOutgoing, place]);

  return (
    <main class="log-frame">
      <div
        ref={scroller}
        class="log"
        role="log"
        aria-label={words.value.conversation}
        aria-relevant="additions"
        aria-live={session.isReadingHistory.value ? 'off' : 'polite'}
        onKeyDown={walk}
        onScroll={() => {
          place.note();
          loadNearEnds();
        }}
      >
        <div ref={content} class="log-paper">
          <LogStart session={session} />
          <Messages view={view} />
          <Sending session={session} />
        </div>
      </div>
      <ToEnd view={view} />
    </main>
  );
}

/** What the room has. */
function Messages({ view }: { view: RoomView }) {
  const { session, comings } = view;
  const messages = useRoom(session, (state) => state.messages);
  const marks = useRoom(session, (state) => state.marks);
  const isAllSent = useRoom(session, ({ outgoing, hasNewer }) => outgoing.length === 0 && !hasNewer);
  const selfId = session.selfId.value;
  const newestOwn = isAllSent ? messages.findLast((message) => message.author.id === selfId)?.id : undefined;
  const readBy = (messageId: number) =>
    Object.entries(marks).filter(([id, read]) => id !== selfId && read >= messageId).length;
  const byId = new Map(messages.map((message) => [message.id, message]));
  const first = messages[0]?.id ?? 0;
  // What followed a message that is not loaded stands at the beginning.
  const quiet = Map.groupBy(comings.lines.value, ({ after }) => (after < first ? 0 : after));
  const quietAfter = (messageId: number) =>
    (quiet.get(messageId) ?? []).map((coming) => <ComingLine key={`at-${coming.at}`} coming={coming} />);
  return (
    <>
      {quietAfter(0)}
      {linesOf(messages).flatMap((line) => [
        <MessageLine
          key={line.said.id}
          view={view}
          line={line}
          isOwn={line.said.author.id === selfId}
          readBy={line.said.id === newestOwn ? readBy(newestOwn) : undefined}
          original={line.said.replyTo === undefined ? undefined : byId.get(line.said.replyTo)}
        />,
        ...quietAfter(line.said.id),
      ])}
    </>
  );
}

/** One's own messages that the room does not have yet. */
function Sending({ session }: { session: RoomSession }) {
  const { messages, outgoing, self, phase, hasNewer } = session.state.value;
  if (outgoing.length === 0) return null;
  const lines: Line<Outgoing>[] = linesOf(
    outgoing.map((message) => ({ ...message, author: author(self, session.name.value) })),
    hasNewer ? undefined : messages.at(-1),
  );
  return (
    <div aria-live="off">
      {hasNewer && <p class="log-note">…</p>}
      {lines.map((line) => (
        <OutgoingLine key={line.said.clientId} line={line} session={session} isLive={phase.name === 'live'} />
      ))}
    </div>
  );
}

/** What stands above the first message. */
function LogStart({ session }: { session: RoomSession }) {
  const { phase, messages, outgoing, hasOlder } = session.state.value;
  const { connecting, quietRoom, loadingOlder, beginning } = words.value;
  const isEmpty = messages.length + outgoing.length === 0;
  const note = () => {
    if (isEmpty) return phase.name === 'connecting' ? connecting : quietRoom;
    if (messages.length === 0) return undefined;
    return hasOlder ? loadingOlder : beginning;
  };
  const text = note();
  return text ? <p class="log-note">{text}</p> : null;
}

/** Offers the end, and counts what came while one read elsewhere. */
function ToEnd({ view }: { view: RoomView }) {
  const { hasNewer } = view.session.state.value;
  if (view.place.isAtEnd.value && !hasNewer) return null;
  const count = view.unread.count.value;
  const { newMessages, toTheEnd } = words.value;
  return (
    <button type="button" class={count > 0 ? 'pill is-new' : 'pill'} onClick={() => void view.toEnd()}>
      <Icon name="down" small />
      {count > 0 ? newMessages(count) : toTheEnd}
    </button>
  );
}
