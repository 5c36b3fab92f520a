/**
 * What makes a name safe to show: nothing in it that cannot be seen, and nothing that passes for the badge which the pages
 * put beside a name. It guards against being taken for somebody in charge, not against two people of one name: for
 * those there are ids.
 */
import { countCharacters, clientLimits as limits } from './limits.ts';

/** Arabic letters that join the next one, unless U+200C parts them; after the others it would not be seen. */
const arabicJoining = String.raw`[[\p{L}&&[\u0620-\u06ff]]--[\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0677
  \u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2-\u06d5\u06ee\u06ef]]`.replace(/\s/g, '');
/** The signs by which Indic scripts join consonants, or part them. */
const virama = String.raw`[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]`;
const mongolian = String.raw`[\p{L}&&\p{Script=Mongolian}]`;

/** What takes no room but changes what one sees beside it. */
const visibleJoiners = [
  String.raw`\p{RGI_Emoji}`,
  // Text style, of which there are glyphs for the older symbols.
  String.raw`(?<=[\p{Emoji}&&[\u00a9-\u3299]])\ufe0e`,
  String.raw`(?<=${arabicJoining}\p{Mn}*)\u200c(?=[\p{L}&&[\u0620-\u06ff]])`,
  String.raw`(?<=${virama}\p{M}*)(?:\u200d|\u200c(?=\p{L}))`,
  String.raw`(?<=\p{L})\u200d(?=${virama})`,
  String.raw`(?<=${mongolian})(?:[\u180b-\u180d\u180f]|\u180e(?=${mongolian}))`,
].join('|');
/** All that takes no room or steers the text: controls, bidi marks, joiners, tags, fillers, the empty Braille cell. */
const invisible = String.raw`(?!\p{White_Space})[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]`;
const visibleJoinerOrInvisible = new RegExp(`(${visibleJoiners})|${invisible}`, 'gv');

/**
 * The name as it is kept: composed (NFC), without what cannot be seen, with single spaces; '' where nothing is left.
 * Joiners stay where a script or an emoji needs them, and nowhere else: where one sees what they do.
 */
export function cleanName(raw: string): string {
  const name = raw
    .toWellFormed()
    .replace(visibleJoinerOrInvisible, '$1')
    .replace(/\p{White_Space}+/gu, ' ')
    .normalize('NFC')
    .trim();
  // A joiner may be out of place once what stood beside it is gone or composed.
  return name === raw ? name : cleanName(name);
}

/** Symbols that say that somebody was verified, or guards. Others are decoration: the badge is words. */
const badgeSymbols = /[✓✔☑✅🗸🗹🮱√🛡⛨]/u;

/** Characters that look like one of those that the role words are made of, or are another form of it. */
const confusables: Readonly<Record<string, string>> = {
  a: 'аαɑᴀⲁꓮꭺᗩⱥΔΛ∆4@',
  d: 'ԁδᴅɗđðɖⲇꓓꭰꮷᗪ',
  e: 'еεєɛᴇⲉꓰꭼᗴΣ3',
  i: 'іιıɪɨӏlⲓꓲꮖꭵ1!|¡',
  m: 'мμᴍɱⲙꓟꮇᗰ',
  n: 'пиηνɴոռŋⲛꓠꮑᑎ',
  o: 'оοσօᴏøⲟꓳ0',
  p: 'рρᴘþⲣꓑꮲᑭ',
  r: 'гяʀɍⲅꓣꭱꮢᖇ',
  s: 'ѕςꜱꓢꮪᔕ5$',
  t: 'тτᴛŧⲧꓔꭲ',
  ー: '一‐‑‒–—―─-~〜',
  オ: '才',
  タ: '夕',
  ペ: 'ぺ',
  営: '營营',
  員: '员',
  管: '菅',
  運: '运',
};
const skeletonCharacters = new Map(
  Object.entries(confusables).flatMap(([plain, others]) => [...others].map((other) => [other, plain] as const)),
);

const skeleton = (text: string) =>
  [...text].map((character) => skeletonCharacters.get(character) ?? character).join('');

/** The texts of the badges (pages/src/room/words.ts), and what else stands for them; plain, to be compared with what is. */
const roleWords: ReadonlySet<string> = new Set(
  [
    ...['admin', 'administrator', 'moderator', 'operator'],
    ...['админ', 'адмін', 'администратор', 'адміністратор', 'модератор', 'оператор'],
  ].map(skeleton),
);
const roleSubstring = /管理[者員]|管理人(?!\p{Script=Han})|モデレータ|オペレータ|관리자|운영자/u;
/** Not anywhere, since it stands across the words of 海運営業部. */
const operatorPhrase =
  /^(?:.*の|公式)?運営(?:者|側|局|陣|部|係|担当|本部|事務局|代表|公式|チーム|スタッフ|さん|より|から|です)*(?:の.*)?$/u;

function isRoleWord(word: string): boolean {
  const wordSkeleton = skeleton(word.toLowerCase().replaceAll('cl', 'd')).replaceAll('rn', 'm');
  return (
    roleWords.has(wordSkeleton.replace(/s$/, '')) ||
    roleSubstring.test(wordSkeleton) ||
    operatorPhrase.test(wordSkeleton)
  );
}

/** Where the alphabets in circles, boxes and flags begin that have no compatible plain form. */
const boxedAlphabets: readonly number[] = [0x1f150, 0x1f170, 0x1f1e6];

function unbox(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const start = boxedAlphabets.find((first) => code >= first && code < first + 26);
  return start === undefined ? character : String.fromCodePoint(0x61 + code - start);
}

/** A name in compatible forms, without boxes and accents; the voicing mark of a kana is no accent. */
function stripAccents(name: string): string {
  const stripped = name.normalize('NFKD').replace(/[\p{M}--[\u3099\u309a]]/gv, '');
  return [...stripped].map(unbox).join('').normalize('NFC');
}

/** Where a word ends without a space: `AdminTeam`, `ADMINTeam`, `Adminさん`. */
const wordBoundary =
  /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{sc=Latn})(?=[\p{Lo}ー])|(?<=[\p{Lo}ー])(?=\p{sc=Latn})/u;

/**
 * The words of a text as one reads them: parts of a word are words too, letters set apart are one, `ad-min` is but
 * `Ad Min` is not, and a number at an end is no part of any.
 */
function wordsOf(text: string): string[] {
  const words = text.split(/[^\p{L}\p{N}]+/u);
  const spacedLetters = words.filter((word) => countCharacters(word) === 1).join('');
  return [
    ...words,
    ...words.flatMap((word) => word.split(wordBoundary)),
    spacedLetters,
    ...words.join('').split(wordBoundary),
  ]
    .flatMap((word) => [word, word.replace(/^\p{N}+/u, '')])
    .flatMap((word) => [word, word.replace(/\p{N}+$/u, '')]);
}

/** Whether a name, once clean, can be taken for the badge of a role. */
export function looksLikeRole(name: string): boolean {
  const stripped = stripAccents(name);
  // A sign such as `@` may stand for a letter or between two words.
  return badgeSymbols.test(name) || [...wordsOf(stripped), ...wordsOf(skeleton(stripped))].some(isRoleWord);
}

/**
 * The form of a name that nobody chose here, such as that in a signed token, which cannot be refused for it: one that
 * is too long is cut.
 * @returns undefined where nothing is left, or it looks like a role
 */
export function sanitizeName(raw: string): string | undefined {
  const name = cleanName([...cleanName(raw)].slice(0, limits.nameLength).join(''));
  return name === '' || looksLikeRole(name) ? undefined : name;
}
