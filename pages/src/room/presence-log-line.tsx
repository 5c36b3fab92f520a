/** A presence entry in the log: participants who joined and left within a minute. */
import type { Participant } from '../../../client/index.ts';
import { clockTime } from '../date-format.ts';
import type { PresenceLogEntry } from './presence-log.ts';
import { words } from './words.ts';

/** Maximum number of people named. */
const maxNames = 3;

function formatNames(people: readonly Participant[]): string {
  const { joinNames, namesAndOthers } = words.value;
  const names = people.slice(0, maxNames).map(({ name }) => `\u2068${name}\u2069`);
  return people.length > maxNames ? namesAndOthers(joinNames(names), people.length - maxNames) : joinNames(names);
}

export function PresenceLogLine({ entry: { at, joined, left } }: { entry: PresenceLogEntry }) {
  const { peopleJoined, peopleLeft, presenceSeparator } = words.value;
  const parts = [
    left.length > 0 && peopleLeft(formatNames(left)),
    joined.length > 0 && peopleJoined(formatNames(joined)),
  ];
  return (
    <div class="log-row presence-row" aria-live="off">
      <div class="log-row-gutter">{clockTime(at)}</div>
      <p class="log-row-body">{parts.filter((part) => part !== false).join(presenceSeparator)}</p>
    </div>
  );
}
