/**
 * Safe display names: without invisible characters, and without anything that looks like the role badge that the pages
 * show beside a name. This prevents a participant from looking like an admin or moderator. It does not prevent equal
 * names; ids distinguish those.
 */
import { countCharacters, clientLimits as limits } from './client-limits.ts';

/** Arabic letters that join the next letter unless U+200C separates them. After other letters U+200C is invisible. */
const arabicJoining = String.raw`[[\p{L}&&[\u0620-\u06ff]]--[\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0677
  \u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2-\u06d5\u06ee\u06ef]]`.replace(/\s/g, '');
/** Signs that join or separate consonants in Indic scripts. */
const virama = String.raw`[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]`;
const mongolian = String.raw`[\p{L}&&\p{Script=Mongolian}]`;

/** Zero-width characters in places where they visibly change the characters beside them. */
const visibleJoiners = [
  String.raw`\p{RGI_Emoji}`,
  // The text presentation selector: only older symbols have glyphs for it.
  String.raw`(?<=[\p{Emoji}&&[\u00a9-\u3299]])\ufe0e`,
  String.raw`(?<=${arabicJoining}\p{Mn}*)\u200c(?=[\p{L}&&[\u0620-\u06ff]])`,
  String.raw`(?<=${virama}\p{M}*)(?:\u200d|\u200c(?=\p{L}))`,
  String.raw`(?<=\p{L})\u200d(?=${virama})`,
  String.raw`(?<=${mongolian})(?:[\u180b-\u180d\u180f]|\u180e(?=${mongolian}))`,
].join('|');
/** Zero-width and control characters: controls, bidi marks, joiners, tags, fillers, and the blank Braille pattern. */
const invisible = String.raw`(?!\p{White_Space})[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]`;
const visibleJoinerOrInvisible = new RegExp(`(${visibleJoiners})|${invisible}`, 'gv');

/**
 * Normalizes a name: NFC, single spaces, no invisible characters except joiners that a script or an emoji needs.
 * @returns '' if nothing is left
 */
export function cleanName(raw: string): string {
  const name = raw
    .toWellFormed()
    .replace(visibleJoinerOrInvisible, '$1')
    .replace(/\p{White_Space}+/gu, ' ')
    .normalize('NFC')
    .trim();
  // A joiner can become invisible when the characters beside it are removed or composed, so repeat until stable.
  return name === raw ? name : cleanName(name);
}

/** Symbols that suggest a verified participant or a guard. Other symbols are allowed, because the badge is text. */
const badgeSymbols = /[✓✔☑✅🗸🗹🮱√🛡⛨]/u;

/** Characters that look like a character of the role words, or are another form of it (Unicode UTS #39). */
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

/** Skeletons of the badge texts (pages/src/room/words.ts) and of their synonyms. */
const roleWords: ReadonlySet<string> = new Set(
  [
    ...['admin', 'administrator', 'moderator', 'operator'],
    ...['админ', 'адмін', 'администратор', 'адміністратор', 'модератор', 'оператор'],
  ].map(skeleton),
);
const roleSubstring = /管理[者員]|管理人(?!\p{Script=Han})|モデレータ|オペレータ|관리자|운영자/u;
/** Matches whole words only, because 海運営業部 contains 運営. */
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

/** First code points of the alphabets in circles, boxes and flags that NFKD does not decompose. */
const boxedAlphabets: readonly number[] = [0x1f150, 0x1f170, 0x1f1e6];

function unbox(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const start = boxedAlphabets.find((first) => code >= first && code < first + 26);
  return start === undefined ? character : String.fromCodePoint(0x61 + code - start);
}

/** Decomposes a name (NFKD) and removes boxes and accents, except the voicing marks of kana. */
function stripAccents(name: string): string {
  const stripped = name.normalize('NFKD').replace(/[\p{M}--[\u3099\u309a]]/gv, '');
  return [...stripped].map(unbox).join('').normalize('NFC');
}

/** Word boundaries without a space: `AdminTeam`, `ADMINTeam`, `Adminさん`. */
const wordBoundary =
  /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{sc=Latn})(?=[\p{Lo}ー])|(?<=[\p{Lo}ー])(?=\p{sc=Latn})/u;

/**
 * The words that a reader can see in a text: words between separators, the parts of a compound, letters that are spaced
 * apart, and parts joined across separators (`ad-min`, but not `Ad Min`), each also without numbers at its ends.
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

/** Whether a normalized name looks like a role badge. */
export function looksLikeRole(name: string): boolean {
  const stripped = stripAccents(name);
  // A sign such as `@` can replace a letter or separate two words.
  return badgeSymbols.test(name) || [...wordsOf(stripped), ...wordsOf(skeleton(stripped))].some(isRoleWord);
}

/**
 * Normalizes a name that cannot be refused, such as the one in a signed token, and cuts it to the maximum length.
 * @returns undefined if nothing is left or the name looks like a role
 */
export function sanitizeName(raw: string): string | undefined {
  const name = cleanName([...cleanName(raw)].slice(0, limits.participant.nameLength).join(''));
  return name === '' || looksLikeRole(name) ? undefined : name;
}
