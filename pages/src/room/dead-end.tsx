/** Where a room stops: why, and the ways on. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import { isOwnPage } from '../service.ts';
import { SiteHeader } from '../site-header.tsx';
import { wholeTime } from '../times.ts';
import { words } from './end-words.ts';
import { JoinKeyForm } from './join-key-form.tsx';
import type { RoomSession } from './session.ts';

interface DeadEndProps {
  session: RoomSession;
  /** Where the list of rooms is, if one leads there. */
  back: string | undefined;
}

/** What follows the colon of a refusal: the reason that was given. */
const reasonIn = (text: string) => /^\w+: (.+)$/s.exec(text)?.[1];

export function DeadEnd({ session, back }: DeadEndProps) {
  const { phase } = session.state.value;
  const { code, reason } = phase.name === 'ended' ? phase : { code: 0, reason: '' };
  return (
    <div class="ended paper" data-phase="ended">
      {back !== undefined && <SiteHeader />}
      <End session={session} code={code} reason={session.refusal.value?.error ?? reason} back={back} />
    </div>
  );
}

interface EndProps extends DeadEndProps {
  /** With which the service closed the connection. */
  code: number;
  reason: string;
}

function End({ session, code, reason, back }: EndProps) {
  const text = words.value;
  const again = (label: string, onPress: () => void) => (
    <button type="button" class="button is-main" onClick={onPress}>
      {label}
    </button>
  );
  switch (code) {
    case 4404:
      return (
        <Wall code={404} title={text.noRoomTitle} explanation={text.noRoom} back={back}>
          {back !== undefined && (
            <a class="button is-main" href={`/?link=${encodeURIComponent(session.link)}#make`}>
              {text.makeWithLink(session.link)}
            </a>
          )}
        </Wall>
      );
    case 4410:
      return <Wall code={410} title={text.deletedTitle} explanation={text.deletedRoom} back={back} />;
    case 4403:
      return <Forbidden session={session} code={code} reason={reason} back={back} />;
    case 4401:
      return (
        <Wall code={401} title={text.refusedTitle} explanation={text.refusedHere} back={back}>
          {again(text.enterAnew, () => session.enterAnew())}
        </Wall>
      );
    default:
      return (
        <Wall code={code} title={text.endedTitle} explanation={text.ended} back={back}>
          {again(text.connectAgain, () => session.restart())}
        </Wall>
      );
  }
}

function Forbidden({ session, reason, back }: EndProps) {
  const text = words.value;
  if (/^Forbidden: .*(private|invitation)/.test(reason)) {
    const hasExpired = reason.includes('expired');
    const explanation = hasExpired ? text.invitationExpired : text.privateHere;
    return (
      <Wall code="key" title={text.privateTitle} explanation={explanation} back={back}>
        <JoinKeyForm session={session} wrong={hasExpired ? undefined : session.joinKey} />
      </Wall>
    );
  }
  if (reason.startsWith('Kicked')) {
    return (
      <Wall
        code={403}
        title={text.kickedTitle}
        explanation={text.kicked}
        facts={{ [text.reason]: reasonIn(reason) }}
        back={back}
      >
        <button type="button" class="button is-main" onClick={() => session.restart()}>
          {text.connectAgain}
        </button>
      </Wall>
    );
  }
  if (!reason.startsWith('Banned')) {
    return <Wall code={403} title={text.forbiddenTitle} explanation={text.forbiddenOrigin} back={back} />;
  }
  const until = session.refusal.value?.until;
  const facts = { [text.reason]: reasonIn(reason), [text.term]: until === undefined ? undefined : wholeTime(until) };
  return <Wall code={403} title={text.forbiddenTitle} explanation={text.forbidden} facts={facts} back={back} />;
}

interface WallProps {
  /** What stands in the margin. */
  code: number | 'key';
  title: string;
  explanation: string;
  facts?: Record<string, string | undefined>;
  back: string | undefined;
  /** A way on besides the list of rooms. */
  children?: ComponentChildren;
}

function Wall({ code, title, explanation, facts = {}, back, children }: WallProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const known = Object.entries(facts).filter(([, fact]) => fact);

  // What had the focus went with the room; a screen reader is to hear why.
  useEffect(() => {
    // In a page of somebody else's that would take them to it from wherever they read.
    if (isOwnPage && document.activeElement === document.body) heading.current?.focus();
  }, []);

  return (
    <main class="end">
      <p class="end-code">{code === 'key' ? <Icon name="key" /> : code}</p>
      <div class="end-words">
        <h1 class="title" ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p>{explanation}</p>
        {known.length > 0 && (
          <dl class="end-facts">
            {known.map(([name, fact]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd dir="auto">{fact}</dd>
              </div>
            ))}
          </dl>
        )}
        <div class="end-acts">
          {children}
          {back !== undefined && (
            <a class="button" href={back}>
              {words.value.toRooms}
            </a>
          )}
        </div>
      </div>
    </main>
  );
}
