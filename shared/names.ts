/**
 * What makes a name safe to show: nothing in it that cannot be seen, and nothing that passes for the badge which the pages
 * put beside a name. It guards against being taken for somebody in charge, not against two people of one name: for
 * those there are ids.
 */
import { countCharacters, limits } from './limits.ts';

/** Arabic letters that join the next one, unless U+200C parts them; after the others it would not be seen. */
const joining = String.raw`[[\p{L}&&[\u0620-\u06ff]]--[\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0677
  \u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2-\u06d5\u06ee\u06ef]]`.replace(/\s/g, '');
/** The signs by which Indic scripts join consonants, or part them. */
const virama = String.raw`[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]`;
const mongolian = String.raw`[\p{L}&&\p{Script=Mongolian}]`;

/** What takes no room but changes what one sees beside it. */
const atWork = [
  String.raw`\p{RGI_Emoji}`,
  // Text style, of which there are glyphs for the older symbols.
  String.raw`(?<=[\p{Emoji}&&[\u00a9-\u3299]])\ufe0e`,
  String.raw`(?<=${joining}\p{Mn}*)\u200c(?=[\p{L}&&[\u0620-\u06ff]])`,
  String.raw`(?<=${virama}\p{M}*)(?:\u200d|\u200c(?=\p{L}))`,
  String.raw`(?<=\p{L})\u200d(?=${virama})`,
  String.raw`(?<=${mongolian})(?:[\u180b-\u180d\u180f]|\u180e(?=${mongolian}))`,
].join('|');
/** All that takes no room or steers the text: controls, bidi marks, joiners, tags, fillers, the empty Braille cell. */
const unseen = String.raw`(?!\p{White_Space})[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]`;
const atWorkOrUnseen = new RegExp(`(${atWork})|${unseen}`, 'gv');

/**
 * The name as it is kept: composed (NFC), without what cannot be seen, with single spaces; '' where nothing is left.
 * Joiners stay where a script or an emoji needs them, and nowhere else: where one sees what they do.
 */
export function cleanName(raw: string): string {
  const name = raw
    .toWellFormed()
    .replace(atWorkOrUnseen, '$1')
    .replace(/\p{White_Space}+/gu, ' ')
    .normalize('NFC')
    .trim();
  // A joiner may be out of place once what stood beside it is gone or composed.
  return name === raw ? name : cleanName(name);
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
