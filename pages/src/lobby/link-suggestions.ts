/**
 * Links and keys for rooms whose maker has no wish. A link is two words that are easily read aloud, and characters nobody
 * guesses.
 */
import { limits } from '../../../client/index.ts';
import { pickRandom, readableCharacters } from '../random-secrets.ts';

const linkWords = [
  'aki',
  'ame',
  'asa',
  'fuyu',
  'hana',
  'haru',
  'hoshi',
  'kaze',
  'kumo',
  'matsu',
  'mizu',
  'mori',
  'natsu',
  'niji',
  'sora',
  'take',
  'tsuki',
  'ume',
  'umi',
  'yama',
  'yoru',
  'yuki',
] as const;

/**
 * A link for a new room.
 * @param unlisted its link is then all that keeps the room private, so it is longer
 */
export function suggestLink(unlisted: boolean): string {
  return `${pickRandom(linkWords)}-${pickRandom(linkWords)}-${readableCharacters(unlisted ? 12 : 4)}`;
}

/** Links like one that is taken, in the order in which to offer them. */
export function alternativeLinks(link: string): string[] {
  const endings = ['-2', `-${readableCharacters(4)}`, `-${readableCharacters(4)}`];
  return endings.map((ending) => link.slice(0, limits.linkLength - ending.length) + ending);
}
