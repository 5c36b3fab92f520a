/** A participant's avatar: the first character of the name on one of eight hues. */
import { digestOf } from './digest.ts';

const segmenter = new Intl.Segmenter();

/** Returns the first visible character: a name can begin with invisible ones. */
function firstCharacter(name: string): string {
  for (const { segment } of segmenter.segment(name)) {
    if (/[\p{L}\p{N}\p{P}\p{S}]/u.test(segment)) return segment.toUpperCase();
  }
  return '?';
}

/** One of eight hues, derived from the id, so that it cannot be chosen with the name. */
const hueOf = (id: string) => (digestOf(id) >>> 16) % 8;

interface AvatarProps {
  id: string;
  name: string;
  small?: boolean;
}

export function Avatar({ id, name, small = false }: AvatarProps) {
  return (
    <span class={small ? 'avatar is-small' : 'avatar'} data-hue={hueOf(id)} aria-hidden="true">
      {firstCharacter(name)}
    </span>
  );
}
