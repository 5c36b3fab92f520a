/** The log of keeping order, and who is not like everyone else at present. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type MemberStatus, type ModerationEntry, shortId } from '../../../client/index.ts';
import { api } from '../api.ts';
import { Dialog } from '../dialog.tsx';
import { IconButton } from '../icon-button.tsx';
import { momentOf, wholeTime } from '../times.ts';
import { Problem, useAttempt } from './attempt.tsx';
import { words } from './dialog-words.ts';
import { ShortId } from './person-name.tsx';
import type { RoomView } from './view.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** 10 minutes, 1 day: the largest unit in which it is whole. */
function lengthOf(length: number): string {
  const { days, hours, minutes, seconds } = words.value;
  if (length % day === 0) return days(length / day);
  if (length % hour === 0) return hours(length / hour);
  return length % minute === 0 ? minutes(length / minute) : seconds(length);
}

/** A name with its short id, set apart from the direction of what stands around it. */
const named = ({ id, name }: { id: string; name: string }) => `\u2068${name}\u2069 ${shortId(id)}`;

export function Records({ view }: { view: RoomView }) {
  const { session } = view;
  const entries = useSignal<readonly ModerationEntry[]>([]);
  const standings = useSignal<readonly MemberStatus[]>([]);
  const next = useSignal<string | undefined>(undefined);
  const attempt = useAttempt();
  const { records, noRecords, close, more } = words.value;

  const fetchPage = async (before: string | undefined) => {
    const query = before === undefined ? {} : { before };
    const page = await api.getModeration({ params: { link: session.link }, query }, session.access);
    entries.value = before === undefined ? page.entries : [...entries.value, ...page.entries];
    standings.value = page.standings;
    next.value = page.next;
  };
  // One after the other, so that what happens while a page is on its way is not missed.
  const loading = useRef(Promise.resolve());
  const load = (before?: string) => {
    loading.current = loading.current.then(() => attempt.run(() => fetchPage(before)));
  };

  useEffect(() => load(), [session]);
  useEffect(() => session.listen(({ type }) => type === 'moderation' && load()), [session]);

  return (
    <Dialog class="sheet records" labelledBy="records" onClose={() => view.close()}>
      <div class="sheet-head">
        <h2 id="records">{records}</h2>
        <IconButton icon="close" label={close} onPress={() => view.close()} />
      </div>
      <Standings view={view} standings={standings.value} />
      {entries.value.length === 0 && !attempt.isRunning.value && <p class="dialog-text">{noRecords}</p>}
      <ol>
        {entries.value.map((entry) => (
          <li key={entry.id}>
            <Entry view={view} entry={entry} />
          </li>
        ))}
      </ol>
      {next.value !== undefined && (
        <button type="button" class="button is-quiet is-small" onClick={() => load(next.value)}>
          {more}
        </button>
      )}
      <Problem attempt={attempt} />
    </Dialog>
  );
}

function Entry({ view, entry }: { view: RoomView; entry: ModerationEntry }) {
  const { recorded, recordedTerm, reasonGiven, toMessage } = words.value;
  const { at, action, by, target, seconds, reason, messageId } = entry;
  const term = seconds ? recordedTerm(lengthOf(seconds)) : '';
  return (
    <div class="record">
      <time dateTime={new Date(at).toISOString()} title={wholeTime(at)}>
        {momentOf(at)}
      </time>
      <p>
        {recorded[action](named(by), target ? named(target) : '', term)}
        {reason && (
          <>
            {' '}
            <bdi class="quiet">{reasonGiven(reason)}</bdi>
          </>
        )}
        {messageId !== undefined && (
          <button
            type="button"
            class="button is-quiet is-small"
            onClick={() => {
              view.close();
              void view.jumpTo(messageId);
            }}
          >
            {toMessage}
          </button>
        )}
      </p>
    </div>
  );
}

/** Those who are banned, who are nowhere else to be let in again. */
function Standings({ view, standings }: { view: RoomView; standings: readonly MemberStatus[] }) {
  const { banned, unban } = words.value;
  const attempt = useAttempt();
  const out = standings.filter(({ bannedUntil }) => bannedUntil !== undefined);
  if (out.length === 0) return null;
  return (
    <>
      <h3>{banned}</h3>
      <ul>
        {out.map(({ id, name }) => (
          <li key={id} class="standing">
            <p>
              <bdi>{name}</bdi> <ShortId id={id} />
            </p>
            <button
              type="button"
              class="button is-small"
              onClick={(event) => {
                // The line goes, and must not take the focus along.
                event.currentTarget.closest('dialog')?.querySelector('button')?.focus();
                void attempt.run(() => view.session.room.moderate({ action: 'unban', target: id }));
              }}
            >
              {unban}
            </button>
          </li>
        ))}
      </ul>
      <Problem attempt={attempt} />
    </>
  );
}
