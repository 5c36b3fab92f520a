/** The dialog with the moderation log and the banned participants. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type MemberStatus, type ModerationEntry, shortId } from '../../../client/index.ts';
import { api } from '../api.ts';
import { longDateTime, shortDateTime } from '../date-format.ts';
import { Dialog } from '../dialog.tsx';
import { IconButton } from '../icon-button.tsx';
import { words } from './dialog-words.ts';
import { ShortId } from './person-name.tsx';
import type { RoomViewState } from './room-view-state.ts';
import { RequestError, useRequest } from './use-request.tsx';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** Formats seconds in the largest unit that divides them: 10 minutes, 1 day. */
function formatDuration(length: number): string {
  const { days, hours, minutes, seconds } = words.value;
  if (length % day === 0) return days(length / day);
  if (length % hour === 0) return hours(length / hour);
  return length % minute === 0 ? minutes(length / minute) : seconds(length);
}

/** A name and its short id. The name is isolated from the writing direction of the sentence. */
const nameWithId = ({ id, name }: { id: string; name: string }) => `\u2068${name}\u2069 ${shortId(id)}`;

export function ModerationLog({ view }: { view: RoomViewState }) {
  const { controller } = view;
  const entries = useSignal<readonly ModerationEntry[]>([]);
  const memberStatuses = useSignal<readonly MemberStatus[]>([]);
  const next = useSignal<string | undefined>(undefined);
  const request = useRequest();
  const { moderationLog, moderationLogEmpty, close, more } = words.value;

  const fetchPage = async (before: string | undefined) => {
    const query = before === undefined ? {} : { before };
    const page = await api.getModeration({ params: { link: controller.link }, query }, controller.callOptions);
    entries.value = before === undefined ? page.entries : [...entries.value, ...page.entries];
    memberStatuses.value = page.standings;
    next.value = page.next;
  };
  // Loads are serialized, so that a load triggered while another is in progress is not dropped.
  const loading = useRef(Promise.resolve());
  const load = (before?: string) => {
    loading.current = loading.current.then(() => request.run(() => fetchPage(before)));
  };

  useEffect(() => load(), [controller]);
  useEffect(() => controller.listen(({ type }) => type === 'moderation' && load()), [controller]);

  return (
    <Dialog class="sheet moderation-log" labelledBy="records" onClose={() => view.closeOverlay()}>
      <div class="sheet-header">
        <h2 id="records">{moderationLog}</h2>
        <IconButton icon="close" label={close} onPress={() => view.closeOverlay()} />
      </div>
      <BannedParticipants view={view} memberStatuses={memberStatuses.value} />
      {entries.value.length === 0 && !request.isPending.value && <p class="dialog-text">{moderationLogEmpty}</p>}
      <ol>
        {entries.value.map((entry) => (
          <li key={entry.id}>
            <ModerationLogEntry view={view} entry={entry} />
          </li>
        ))}
      </ol>
      {next.value !== undefined && (
        <button type="button" class="button is-quiet is-small" onClick={() => load(next.value)}>
          {more}
        </button>
      )}
      <RequestError request={request} />
    </Dialog>
  );
}

function ModerationLogEntry({ view, entry }: { view: RoomViewState; entry: ModerationEntry }) {
  const { moderationEntry, durationSuffix, reasonText, showMessage } = words.value;
  const { at, action, by, target, seconds, reason, messageId } = entry;
  const term = seconds ? durationSuffix(formatDuration(seconds)) : '';
  return (
    <div class="moderation-entry">
      <time dateTime={new Date(at).toISOString()} title={longDateTime(at)}>
        {shortDateTime(at)}
      </time>
      <p>
        {moderationEntry[action](nameWithId(by), target ? nameWithId(target) : '', term)}
        {reason && (
          <>
            {' '}
            <bdi class="text-tertiary">{reasonText(reason)}</bdi>
          </>
        )}
        {messageId !== undefined && (
          <button
            type="button"
            class="button is-quiet is-small"
            onClick={() => {
              view.closeOverlay();
              void view.jumpTo(messageId);
            }}
          >
            {showMessage}
          </button>
        )}
      </p>
    </div>
  );
}

/** The banned participants. They are shown nowhere else, so this is where a ban is lifted. */
function BannedParticipants({
  view,
  memberStatuses,
}: {
  view: RoomViewState;
  memberStatuses: readonly MemberStatus[];
}) {
  const { banned, unban } = words.value;
  const request = useRequest();
  const bannedStatuses = memberStatuses.filter(({ bannedUntil }) => bannedUntil !== undefined);
  if (bannedStatuses.length === 0) return null;
  return (
    <>
      <h3>{banned}</h3>
      <ul>
        {bannedStatuses.map(({ id, name }) => (
          <li key={id} class="banned-participant">
            <p>
              <bdi>{name}</bdi> <ShortId id={id} />
            </p>
            <button
              type="button"
              class="button is-small"
              onClick={(event) => {
                // The row will be removed; move the focus before that.
                event.currentTarget.closest('dialog')?.querySelector('button')?.focus();
                void request.run(() => view.controller.connection.moderate({ action: 'unban', target: id }));
              }}
            >
              {unban}
            </button>
          </li>
        ))}
      </ul>
      <RequestError request={request} />
    </>
  );
}
