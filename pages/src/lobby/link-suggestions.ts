/** Suggests links for new rooms: two words that are easy to dictate, and random characters. */
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
 * @param unlisted whether the room is unlisted. Its link is then the only protection, so more characters are random.
 * @returns a link for a new room
 */
export function suggestLink(unlisted: boolean): string {
  return `${pickRandom(linkWords)}-${pickRandom(linkWords)}-${readableCharacters(unlisted ? 12 : 4)}`;
}

/** @returns links similar to one that is taken, best first */
export function alternativeLinks(link: string): string[] {
  const endings = ['-2', `-${readableCharacters(4)}`, `-${readableCharacters(4)}`];
  return endings.map((ending) => link.slice(0, limits.room.linkLength - ending.length) + ending);
}
