/** The conversation: messages by day and author, then what is on its way. Stays at the end if one reads there. */
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { displayName, type Message, type OutgoingMessage, type Participant } from '../../../client/index.ts';
import { Icon } from '../icon.tsx';
import { type Line, linesOf } from './lines.ts';
import { MessageLine } from './message-line.tsx';
import { OutgoingLine } from './outgoing-line.tsx';
import { Place } from './place.ts';
import type { RoomSession } from './session.ts';
import { words } from './words.ts';

/** Pixels from the top at which older messages are loaded. */
const nearTop = 600;

type Outgoing = OutgoingMessage & { author: Participant };

/** Who one's outgoing messages are from, also before the room has said so. */
function author(self: Participant | null, name: string | undefined): Participant {
  const known = self ?? { id: '', name: '', role: 'member' as const };
  return { ...known, name: displayName(known.id, name) };
}

export function Log({ session }: { session: RoomSession }) {
  const messages = useComputed(() => session.state.value.messages).value;
  const outgoing = useComputed(() => session.state.value.outgoing).value;
  const self = useComputed(() => session.state.value.self).value;
  const isLive = session.phase.value.name === 'live';
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const place = useMemo(() => new Place(), []);

  useEffect(() => {
    if (scroller.current && content.current) return place.follow(scroller.current, content.current);
  }, [place]);

  const loadOlderNearTop = () => {
    if (place.above < nearTop) session.loadOlder();
  };

  useLayoutEffect(() => {
    place.keep();
    loadOlderNearTop();
  }, [messages, outgoing]);

  // One's own message is worth going to the end for.
  const newestOutgoing = outgoing.at(-1)?.clientId;
  useLayoutEffect(() => {
    if (newestOutgoing !== undefined) place.toEnd();
  }, [newestOutgoing, place]);

  const lines = linesOf(messages);
  const sending: Line<Outgoing>[] = linesOf(
    outgoing.map((message) => ({ ...message, author: author(self, session.name.value) })),
    messages.at(-1),
  );
  const newestOwn =
    outgoing.length > 0 ? undefined : messages.findLast((message) => message.author.id === self?.id)?.id;

  return (
    <main class="log-frame">
      <div
        ref={scroller}
        class="log"
        role="log"
        aria-label={words.value.conversation}
        aria-live={session.isReadingHistory.value ? 'off' : 'polite'}
        onScroll={() => {
          place.note();
          loadOlderNearTop();
        }}
      >
        <div ref={content} class="log-paper">
          <LogStart session={session} />
          {lines.map((line) => (
            <MessageLine
              key={line.said.id}
              line={line}
              isOwn={line.said.author.id === self?.id}
              isNewestOwn={line.said.id === newestOwn}
            />
          ))}
          <div aria-live="off">
            {sending.map((line) => (
              <OutgoingLine key={line.said.clientId} line={line} session={session} isLive={isLive} />
            ))}
          </div>
        </div>
      </div>
      <ToEnd messages={messages} selfId={self?.id} place={place} />
    </main>
  );
}

/** What stands above the first message. */
function LogStart({ session }: { session: RoomSession }) {
  const { phase, messages, outgoing, hasOlder } = session.state.value;
  const { connecting, quietRoom, loadingOlder } = words.value;
  const isEmpty = messages.length + outgoing.length === 0;
  if (phase.name === 'connecting' && isEmpty) return <p class="log-note">{connecting}</p>;
  if (isEmpty) return <p class="log-note">{quietRoom}</p>;
  return hasOlder ? <p class="log-note">{loadingOlder}</p> : null;
}

/** Offers the end, and counts what came while one read elsewhere. */
function ToEnd({ messages, selfId, place }: { messages: Message[]; selfId: string | undefined; place: Place }) {
  const isAtEnd = place.isAtEnd.value;
  const seen = useSignal(0);
  const newest = messages.at(-1)?.id ?? 0;

  useEffect(() => {
    if (isAtEnd) seen.value = newest;
  }, [isAtEnd, newest, seen]);

  if (isAtEnd) return null;
  const count = messages.filter(({ id, author }) => id > seen.value && author.id !== selfId).length;
  const { newMessages, toTheEnd } = words.value;
  return (
    <button type="button" class={count > 0 ? 'pill is-new' : 'pill'} onClick={() => place.toEnd()}>
      <Icon name="down" small />
      {count > 0 ? newMessages(count) : toTheEnd}
    </button>
  );
}
