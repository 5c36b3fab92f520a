/** The log of keeping order, and who is not like everyone else at present. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ModerationEntry, Standing } from '../../../client/index.ts';
import { api } from '../api.ts';
import { Dialog } from '../dialog.tsx';
import { Icon } from '../icon.tsx';
import { momentOf, wholeTime } from '../times.ts';
import { Problem, useAttempt } from './attempt.tsx';
import { words } from './dialog-words.ts';
import type { RoomView } from './view.ts';

export function Records({ view }: { view: RoomView }) {
  const { session } = view;
  const entries = useSignal<readonly ModerationEntry[]>([]);
  const standings = useSignal<readonly Standing[]>([]);
  const next = useSignal<string | undefined>(undefined);
  const attempt = useAttempt();
  const { records, noRecords, close, more } = words.value;

  const load = (before?: string) =>
    attempt.run(async () => {
      const query = before === undefined ? {} : { before };
      const page = await api.getModeration({ params: { link: session.link }, query }, session.access);
      entries.value = before === undefined ? page.entries : [...entries.value, ...page.entries];
      standings.value = page.standings;
      next.value = page.next;
    });

  useEffect(() => void load(), [session]);
  useEffect(() => session.listen(({ type }) => type === 'moderation' && void load()), [session]);

  return (
    <Dialog class="sheet records" labelledBy="records" onClose={() => view.close()}>
      <div class="sheet-head">
        <h2 id="records">{records}</h2>
        <button type="button" class="button is-icon" aria-label={close} title={close} onClick={() => view.close()}>
          <Icon name="close" />
        </button>
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
        <button type="button" class="button is-quiet is-small" onClick={() => void load(next.value)}>
          {more}
        </button>
      )}
      <Problem attempt={attempt} />
    </Dialog>
  );
}

function Entry({ view, entry }: { view: RoomView; entry: ModerationEntry }) {
  const { recorded, recordFor, reasonGiven, toMessage } = words.value;
  const { at, action, by, target, seconds, reason, messageId } = entry;
  return (
    <div class="record">
      <time dateTime={new Date(at).toISOString()} title={wholeTime(at)}>
        {momentOf(at)}
      </time>
      <p>
        <bdi>{by.name}</bdi> <b>{recorded[action]}</b> {target && <bdi>{target.name}</bdi>}
        {seconds !== undefined && ` ${recordFor(seconds)}`}
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
function Standings({ view, standings }: { view: RoomView; standings: readonly Standing[] }) {
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
            <bdi>{name}</bdi>
            <button
              type="button"
              class="button is-small"
              onClick={() => void attempt.run(() => view.session.room.moderate({ action: 'unban', target: id }))}
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
