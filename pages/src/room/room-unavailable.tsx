/** Replaces a room whose connection has ended: the reason, and the possible next steps. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { longDateTime } from '../date-format.ts';
import { Icon } from '../icon.tsx';
import { isOwnSite } from '../service-urls.ts';
import { SiteHeader } from '../site-header.tsx';
import { JoinKeyForm } from './join-key-form.tsx';
import type { RoomController } from './room-controller.ts';
import { words } from './room-unavailable-words.ts';

interface RoomUnavailableProps {
  controller: RoomController;
  /** URL of the lobby; undefined in the widget, which has no link to it. */
  backHref: string | undefined;
}

/** Returns the reason given by the moderator: the text after the colon of a failure text. */
const parseReason = (text: string) => /^\w+: (.+)$/s.exec(text)?.[1];

export function RoomUnavailable({ controller, backHref }: RoomUnavailableProps) {
  const { phase } = controller.state.value;
  const { code, reason } = phase.name === 'ended' ? phase : { code: 0, reason: '' };
  return (
    <div class="room-unavailable with-axis" data-phase="ended">
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
  /** The WebSocket close code. */
  code: number;
  reason: string;
}

function UnavailableReason({ controller, code, reason, backHref }: UnavailableReasonProps) {
  const text = words.value;
  const actionButton = (label: string, onPress: () => void) => (
    <button type="button" class="button is-primary" onClick={onPress}>
      {label}
    </button>
  );
  switch (code) {
    case 4404:
      return (
        <UnavailableMessage code={404} title={text.notFoundTitle} explanation={text.notFound} backHref={backHref}>
          {backHref !== undefined && (
            <a class="button is-primary" href={`/?link=${encodeURIComponent(controller.link)}#make`}>
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
        <button type="button" class="button is-primary" onClick={() => controller.restart()}>
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
  const details = {
    [text.reason]: parseReason(reason),
    [text.expiry]: until === undefined ? undefined : longDateTime(until),
  };
  return (
    <UnavailableMessage
      code={403}
      title={text.forbiddenTitle}
      explanation={text.forbidden}
      details={details}
      backHref={backHref}
    />
  );
}

interface UnavailableMessageProps {
  /** Shown in the gutter: an HTTP status, or the icon of a key. */
  code: number | 'key';
  title: string;
  explanation: string;
  details?: Record<string, string | undefined>;
  backHref: string | undefined;
  /** Actions besides the link to the lobby. */
  children?: ComponentChildren;
}

function UnavailableMessage({ code, title, explanation, details = {}, backHref, children }: UnavailableMessageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const presentDetails = Object.entries(details).filter(([, detail]) => detail);

  // The focused element was removed with the room. Focusing the heading makes screen readers announce the reason.
  useEffect(() => {
    // In a page that embeds the widget, focusing would scroll to it from elsewhere in the page.
    if (isOwnSite && document.activeElement === document.body) heading.current?.focus();
  }, []);

  return (
    <main class="unavailable">
      <p class="unavailable-code">{code === 'key' ? <Icon name="key" /> : code}</p>
      <div class="unavailable-body">
        <h1 class="title" ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p>{explanation}</p>
        {presentDetails.length > 0 && (
          <dl class="unavailable-details">
            {presentDetails.map(([name, detail]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd dir="auto">{detail}</dd>
              </div>
            ))}
          </dl>
        )}
        <div class="unavailable-actions">
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
