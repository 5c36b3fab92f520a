/** A person's tile: the first character of the name on one of eight hues. */
import { digestOf } from './digest.ts';

const segmenter = new Intl.Segmenter();

/** The first one that shows: a name may begin with invisible ones. */
function firstCharacter(name: string): string {
  for (const { segment } of segmenter.segment(name)) {
    if (/[\p{L}\p{N}\p{P}\p{S}]/u.test(segment)) return segment.toUpperCase();
  }
  return '?';
}

/** One of eight, by a digest of the id, so that a name cannot choose it. */
const hueOf = (id: string) => (digestOf(id) >>> 16) % 8;

interface AvatarProps {
  id: string;
  name: string;
  small?: boolean;
}

export function Avatar({ id, name, small = false }: AvatarProps) {
  return (
    <span class={small ? 'tile is-small' : 'tile'} data-hue={hueOf(id)} aria-hidden="true">
      {firstCharacter(name)}
    </span>
  );
}
