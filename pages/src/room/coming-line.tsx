/** Who came and left within a minute, quietly. */
import type { Participant } from '../../../client/index.ts';
import { clockTime } from '../times.ts';
import type { Coming } from './comings.ts';
import { words } from './words.ts';

/** People who are named. */
const named = 3;

function namesOf(people: readonly Participant[]): string {
  const { listed, andOthers } = words.value;
  const names = people.slice(0, named).map(({ name }) => `\u2068${name}\u2069`);
  return people.length > named ? andOthers(listed(names), people.length - named) : listed(names);
}

export function ComingLine({ coming: { at, joined, left } }: { coming: Coming }) {
  const { came, went, both } = words.value;
  const parts = [left.length > 0 && went(namesOf(left)), joined.length > 0 && came(namesOf(joined))];
  return (
    <div class="line quiet-line" aria-live="off">
      <div class="line-margin">{clockTime(at)}</div>
      <p class="line-words">{parts.filter((part) => part !== false).join(both)}</p>
    </div>
  );
}
