/** Where a room stops: why, and the ways on. */
import type { ComponentChildren } from 'preact';
import { SiteHeader } from '../site-header.tsx';
import type { RoomSession } from './session.ts';
import { words } from './words.ts';

interface DeadEndProps {
  session: RoomSession;
  /** With which the service closed the connection. */
  code: number;
}

export function DeadEnd({ session, code }: DeadEndProps) {
  const text = words.value;
  switch (code) {
    case 4404:
      return (
        <End code={404} title={text.noRoomTitle} explanation={text.noRoom}>
          <a class="button is-main" href={`/?link=${encodeURIComponent(session.link)}#make`}>
            {text.makeWithLink(session.link)}
          </a>
        </End>
      );
    case 4410:
      return <End code={410} title={text.deletedTitle} explanation={text.deletedRoom} />;
    case 4403:
      return <End code={403} title={text.forbiddenTitle} explanation={text.forbidden} />;
    case 4401:
      return (
        <End code={401} title={text.refusedTitle} explanation={text.refusedHere}>
          <button type="button" class="button is-main" onClick={() => session.enterAnew()}>
            {text.enterAnew}
          </button>
        </End>
      );
    default:
      return (
        <End code={code} title={text.endedTitle} explanation={text.ended}>
          <button type="button" class="button is-main" onClick={() => session.restart()}>
            {text.connectAgain}
          </button>
        </End>
      );
  }
}

interface EndProps {
  code: number;
  title: string;
  explanation: string;
  /** A way on besides the list of rooms. */
  children?: ComponentChildren;
}

function End({ code, title, explanation, children }: EndProps) {
  return (
    <div class="ended paper" data-phase="ended">
      <SiteHeader />
      <main class="end">
        <p class="end-code">{code}</p>
        <div class="end-words">
          <h1 class="title">{title}</h1>
          <p>{explanation}</p>
          <div class="end-acts">
            {children}
            <a class="button" href="/">
              {words.value.toRooms}
            </a>
          </div>
        </div>
      </main>
    </div>
  );
}
