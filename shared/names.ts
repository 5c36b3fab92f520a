/**
 * What makes a name safe to show: nothing in it that cannot be seen, and nothing that passes for the badge which the pages
 * put beside a name. It guards against being taken for somebody in charge, not against two people of one name: for
 * those there are ids.
 */
import { countCharacters, limits } from './limits.ts';

/** What takes no room or steers the text around it: controls, bidi marks, joiners, tags, fillers, the empty Braille cell. */
const unseen = /(?!\p{White_Space})[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** The name as it is kept: composed (NFC), without what cannot be seen, with single spaces; '' where nothing is left. */
export function cleanName(raw: string): string {
  return raw
    .toWellFormed()
    .replace(unseen, '')
    .replace(/\p{White_Space}+/gu, ' ')
    .normalize('NFC')
    .trim();
}

/** The texts of the badges (pages/src/words.ts), and what else stands for them. */
const roleWords: ReadonlySet<string> = new Set(['admin', 'administrator', 'moderator', 'operator']);
const japaneseRoles: readonly string[] = ['管理者', 'モデレータ', 'オペレータ', '運営'];
const badgeSymbols = /[✓✔☑✅🗸🗹🛡👑♔♕♚♛★⭐⭑🌟✪✯🎖🏅⚜]/u;

/** Letters that look like one of those that the role words are made of, most of them as they are in lower case. */
const lookAlikes: Readonly<Record<string, string>> = {
  a: 'аαɑᴀ4@',
  d: 'ԁδᴅɗ',
  e: 'еεєɛᴇ3',
  i: 'іιıɪӏl1!|',
  m: 'мμᴍ',
  n: 'пиηνɴո',
  o: 'оοσօᴏø0',
  p: 'рρᴘþ',
  r: 'гяʀ',
  s: 'ѕςꜱ5$',
  t: 'тτᴛ',
};
const plainLetters = new Map(
  Object.entries(lookAlikes).flatMap(([plain, others]) => [...others].map((other) => [other, plain] as const)),
);

/** Where the alphabets in circles, boxes and flags begin that have no compatible plain form. */
const boxedAlphabets: readonly number[] = [0x1f150, 0x1f170, 0x1f1e6];

function unbox(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const start = boxedAlphabets.find((first) => code >= first && code < first + 26);
  return start === undefined ? character : String.fromCodePoint(0x61 + code - start);
}

const toPlain = (text: string) => [...text].map((character) => plainLetters.get(character) ?? character).join('');

/** The words of a text as one reads them: letters set apart are one word, and a number at its end is no part of it. */
function wordsOf(text: string): string[] {
  const words = text.split(/[^\p{L}\p{N}]+/u);
  const spelled = words.filter((word) => countCharacters(word) === 1).join('');
  return [...words, spelled].flatMap((word) => [word, word.replace(/\p{N}+$/u, '')]);
}

/** Whether a name, once clean, can be taken for the badge of a role. */
export function looksLikeRole(name: string): boolean {
  const compatible = name.normalize('NFKC').toLowerCase();
  const letters = compatible.replace(/[一‐-―─-]/gu, 'ー').replace(/[^\p{L}\p{N}]/gu, '');
  if (badgeSymbols.test(name) || japaneseRoles.some((role) => letters.includes(role))) return true;
  const bare = [...compatible.normalize('NFKD').replace(/\p{M}/gu, '')].map(unbox).join('').replaceAll('rn', 'm');
  // A sign such as `@` may stand for a letter or between two words.
  return [...wordsOf(bare), ...wordsOf(toPlain(bare))].some((word) => roleWords.has(toPlain(word)));
}

/**
 * The form of a name that nobody chose here, such as that in a signed token, which cannot be refused for it.
 * @returns undefined where nothing is left, or it looks like a role
 */
export function safeName(raw: string): string | undefined {
  const name = cleanName([...cleanName(raw)].slice(0, limits.nameLength).join(''));
  return name === '' || looksLikeRole(name) ? undefined : name;
}
