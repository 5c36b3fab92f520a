/** Where a room stops: why, and the ways on. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { longDateTime } from '../date-format.ts';
import { Icon } from '../icon.tsx';
import { isOwnSite } from '../service.ts';
import { SiteHeader } from '../site-header.tsx';
import { JoinKeyForm } from './join-key-form.tsx';
import type { RoomController } from './room-controller.ts';
import { words } from './room-unavailable-words.ts';

interface RoomUnavailableProps {
  controller: RoomController;
  /** Where the list of rooms is, if one leads there. */
  backHref: string | undefined;
}

/** What follows the colon of a refusal: the reason that was given. */
const parseReason = (text: string) => /^\w+: (.+)$/s.exec(text)?.[1];

export function RoomUnavailable({ controller, backHref }: RoomUnavailableProps) {
  const { phase } = controller.state.value;
  const { code, reason } = phase.name === 'ended' ? phase : { code: 0, reason: '' };
  return (
    <div class="ended paper" data-phase="ended">
      {backHref !== undefined && <SiteHeader />}
      <UnavailableReason
        controller={controller}
        code={code}
        reason={controller.authError.value?.error ?? reason}
        backHref={backHref}
      />
    </div>
  );
}

interface UnavailableReasonProps extends RoomUnavailableProps {
  /** With which the service closed the connection. */
  code: number;
  reason: string;
}

function UnavailableReason({ controller, code, reason, backHref }: UnavailableReasonProps) {
  const text = words.value;
  const actionButton = (label: string, onPress: () => void) => (
    <button type="button" class="button is-main" onClick={onPress}>
      {label}
    </button>
  );
  switch (code) {
    case 4404:
      return (
        <UnavailableMessage code={404} title={text.notFoundTitle} explanation={text.notFound} backHref={backHref}>
          {backHref !== undefined && (
            <a class="button is-main" href={`/?link=${encodeURIComponent(controller.link)}#make`}>
              {text.createWithLink(controller.link)}
            </a>
          )}
        </UnavailableMessage>
      );
    case 4410:
      return (
        <UnavailableMessage code={410} title={text.deletedTitle} explanation={text.deletedRoom} backHref={backHref} />
      );
    case 4403:
      return <AccessDenied controller={controller} code={code} reason={reason} backHref={backHref} />;
    case 4401:
      return (
        <UnavailableMessage
          code={401}
          title={text.unauthorizedTitle}
          explanation={text.unauthorizedText}
          backHref={backHref}
        >
          {actionButton(text.joinAsNewParticipant, () => controller.joinAsNewParticipant())}
        </UnavailableMessage>
      );
    default:
      return (
        <UnavailableMessage code={code} title={text.endedTitle} explanation={text.ended} backHref={backHref}>
          {actionButton(text.connectAgain, () => controller.restart())}
        </UnavailableMessage>
      );
  }
}

function AccessDenied({ controller, reason, backHref }: UnavailableReasonProps) {
  const text = words.value;
  if (/^Forbidden: .*(private|invitation)/.test(reason)) {
    const hasExpired = reason.includes('expired');
    const explanation = hasExpired ? text.invitationExpired : text.privateText;
    return (
      <UnavailableMessage code="key" title={text.privateTitle} explanation={explanation} backHref={backHref}>
        <JoinKeyForm controller={controller} rejectedKey={hasExpired ? undefined : controller.joinKey} />
      </UnavailableMessage>
    );
  }
  if (reason.startsWith('Kicked')) {
    return (
      <UnavailableMessage
        code={403}
        title={text.kickedTitle}
        explanation={text.kicked}
        details={{ [text.reason]: parseReason(reason) }}
        backHref={backHref}
      >
        <button type="button" class="button is-main" onClick={() => controller.restart()}>
          {text.connectAgain}
        </button>
      </UnavailableMessage>
    );
  }
  if (!reason.startsWith('Banned')) {
    return (
      <UnavailableMessage
        code={403}
        title={text.forbiddenTitle}
        explanation={text.forbiddenOrigin}
        backHref={backHref}
      />
    );
  }
  const until = controller.authError.value?.until;
  const facts = {
    [text.reason]: parseReason(reason),
    [text.expiry]: until === undefined ? undefined : longDateTime(until),
  };
  return (
    <UnavailableMessage
      code={403}
      title={text.forbiddenTitle}
      explanation={text.forbidden}
      details={facts}
      backHref={backHref}
    />
  );
}

interface UnavailableMessageProps {
  /** What stands in the margin. */
  code: number | 'key';
  title: string;
  explanation: string;
  details?: Record<string, string | undefined>;
  backHref: string | undefined;
  /** A way on besides the list of rooms. */
  children?: ComponentChildren;
}

function UnavailableMessage({ code, title, explanation, details = {}, backHref, children }: UnavailableMessageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const presentDetails = Object.entries(details).filter(([, fact]) => fact);

  // What had the focus went with the room; a screen reader is to hear why.
  useEffect(() => {
    // In a page of somebody else's that would take them to it from wherever they read.
    if (isOwnSite && document.activeElement === document.body) heading.current?.focus();
  }, []);

  return (
    <main class="end">
      <p class="end-code">{code === 'key' ? <Icon name="key" /> : code}</p>
      <div class="end-words">
        <h1 class="title" ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p>{explanation}</p>
        {presentDetails.length > 0 && (
          <dl class="end-facts">
            {presentDetails.map(([name, fact]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd dir="auto">{fact}</dd>
              </div>
            ))}
          </dl>
        )}
        <div class="end-acts">
          {children}
          {backHref !== undefined && (
            <a class="button" href={backHref}>
              {words.value.backToRooms}
            </a>
          )}
        </div>
      </div>
    </main>
  );
}
