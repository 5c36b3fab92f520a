/** A person's tile: the first character of the name on one of eight hues. */

const segmenter = new Intl.Segmenter();

/** The first one that shows: a name may begin with invisible ones. */
function firstCharacter(name: string): string {
  for (const { segment } of segmenter.segment(name)) {
    if (/[\p{L}\p{N}\p{P}\p{S}]/u.test(segment)) return segment.toUpperCase();
  }
  return '?';
}

/** One of eight, by a digest (FNV-1a) of the id, so that a name cannot choose it. */
function hueOf(id: string): number {
  let digest = 0x811c9dc5;
  for (const character of id) digest = Math.imul(digest ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (digest >>> 16) % 8;
}

interface TileProps {
  id: string;
  name: string;
  small?: boolean;
}

export function Tile({ id, name, small = false }: TileProps) {
  return (
    <span class={small ? 'tile is-small' : 'tile'} data-hue={hueOf(id)} aria-hidden="true">
      {firstCharacter(name)}
    </span>
  );
}
