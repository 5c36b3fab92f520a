/** Display names: any script, without invisible characters, and not resembling a role. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../shared/decode.ts';
import { cleanName, looksLikeRole, sanitizeName } from '../../shared/display-names.ts';
import { Name } from '../../shared/fields.ts';
import { countCharacters } from '../../shared/limits.ts';

/** Characters that a clean name contains only where they are visible: in an emoji, or next to certain letters. */
const invisible = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]/u;
const allowedInvisible = [
  /\p{RGI_Emoji}/gv,
  /\p{Emoji}\ufe0e/gu,
  /\p{Script=Arabic}\p{M}*\u200c(?=\p{Script=Arabic})/gu,
  // Unicode has no property for viramas; all of them are marks.
  /\p{M}[\u200c\u200d]|\p{L}\u200d(?=\p{M})/gu,
  /\p{Script=Mongolian}[\u180b-\u180f]/gu,
];
const withoutAllowed = (name: string) => allowedInvisible.reduce((rest, pattern) => rest.replace(pattern, '⭐'), name);
/** Invisible characters, and characters that need them. */
const joinable = [
  '\u200c\u200d\ufe0e\ufe0f\u200b',
  '\u0645\u06cc\u0627\u0647\u0654\u064e',
  '\u0915\u094d\u093c\u09b0\u09cd\u0dca\u0dd9',
  '\u1820\u180b\u180e',
  '1\u20e3❤⭐👩🏽💻🏳🌈🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e007f}',
].join('');
/** Strings with many characters that are removed, composed or folded. */
const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(...'aé\u0301\u1100\u1161\u115f\u200b\u200d\u202e \t\u3000\u2028\u034f\u2800か\u3099\ud83d😀'),
  }),
  fc.string({ unit: fc.constantFrom(...joinable), maxLength: 20 }),
);

const named = (name: string) => decode(Name, name);
const refusal = (name: string) => {
  const outcome = named(name);
  return outcome.ok ? undefined : outcome.failure.text;
};

describe('a name', () => {
  it('has no invisible characters, is composed, and does not change when cleaned again', () => {
    fc.assert(
      fc.property(anyName, (raw) => {
        const name = cleanName(raw);
        expect(withoutAllowed(name)).not.toMatch(invisible);
        expect(name).not.toMatch(/[\p{Bidi_Control}\u200b\u2060\ufeff]/u);
        expect(name).not.toMatch(/^ | $| {2}|[^\P{White_Space} ]/u);
        expect(name.isWellFormed()).toBe(true);
        expect(name.normalize('NFC')).toBe(name);
        expect(cleanName(name)).toBe(name);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same with invisible characters between its letters', () => {
    const letters = fc.constantFrom(...'aB9ßאاкかカ字한é😀⭐-');
    const hidden = fc.constantFrom(...'\u200b\u200c\u200d\u200e\u2060\ufe0f\u180e\u034f\u00ad\u{e0061}');
    fc.assert(
      fc.property(fc.array(fc.tuple(letters, hidden), { maxLength: 20 }), (pairs) => {
        expect(cleanName(pairs.flat().join(''))).toBe(pairs.map(([letter]) => letter).join(''));
      }),
    );
  });

  it.each(
    [
      // Persian; Sinhala, Malayalam at the end, Devanagari; Devanagari, Bengali before its sign, Mongolian.
      ['\u0645\u06cc\u200c\u0646\u0627', '\u0639\u0644\u06cc\u200c\u0631\u0636\u0627'],
      ['\u0dc1\u0dca\u200d\u0dbb\u0dd3', '\u0d28\u0d28\u0d4d\u200d', '\u0915\u094d\u200d\u0937'],
      ['\u0915\u094d\u200c\u0937', '\u09b0\u200d\u09cd\u09af', '\u1821\u1837\u1822\u180e\u1821', '\u1820\u180b'],
      [
        '👨\u200d👩\u200d👧',
        '👩🏽\u200d💻',
        '🏳\ufe0f\u200d🌈',
        '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
      ],
      ['❤\ufe0f', 'Anna ❤\ufe0f\u200d🔥', '1\ufe0f\u20e3', '⭐\ufe0e', '❤', '♂\ufe0f', '🇯🇵'],
    ].flat(),
  )('keeps invisible characters that a script or an emoji needs: %s', (name) => {
    expect(named(name)).toEqual({ ok: true, value: name });
  });

  it.each([
    ['a bidi override', 'a\u202eb', 'ab'],
    ['bidi isolates', '\u2066a\u2069', 'a'],
    ['a zero-width space', 'a\u200bb', 'ab'],
    ['a byte order mark', '\ufeffa', 'a'],
    ['a non-joiner without effect', 'a\u200cb\u0627\u200c\u0628\u200c', 'ab\u0627\u0628'],
    ['joiners without effect', 'か\u200dな👨\u200d😀\u200d', 'かな👨😀'],
    ['variation selectors without effect', '😀\ufe0f1\ufe0fa\ufe0e', '😀1a'],
    ['a joiner after composed characters', '\u0d9a\u0dd9\u0dca\u200d\u0dbb', '\u0d9a\u0dda\u0dbb'],
    ['tag characters', 'a\u{e0041}\u{e007f}', 'a'],
    ['Hangul fillers', 'a\u115f\u1160\u3164\uffa0b', 'ab'],
    ['a grapheme joiner', 'a\u034fb', 'ab'],
    ['the empty Braille cell', '\u2800', ''],
    ['a control character', 'a\u0007\u007fb', 'ab'],
    ['line breaks, tabs and wide spaces', ' a\r\n\t\u3000b\u2029', 'a b'],
    ['spaces around an invisible character', 'a \u200b b', 'a b'],
    ['a letter and its accent', 'Jose\u0301', 'José'],
    ['an accent after an invisible character', 'Jose\u200b\u0301', 'José'],
    ['a lone surrogate', 'a\ud800', 'a\ufffd'],
    ['only invisible characters', '\u200b \u2060', ''],
  ])('is cleaned of %s', (_, raw, name) => {
    expect(named(raw)).toEqual({ ok: true, value: name });
  });

  it('has at most 40 characters after cleaning, and a limited length before', () => {
    expect(named('字'.repeat(40))).toMatchObject({ ok: true });
    expect(refusal('字'.repeat(41))).toContain('must be at most 40 characters');
    expect(named(`${'字'.repeat(40)}${'\u200b'.repeat(100)}`)).toEqual({ ok: true, value: '字'.repeat(40) });
    expect(refusal('\u200b'.repeat(401))).toContain('must be at most 40 characters');
  });
});

describe('a name that looks like a role', () => {
  it('is refused with that reason', () => {
    expect(refusal('Admin')).toBe('Invalid fields: body must not look like a role');
  });

  it.each(
    [
      [
        'admin',
        'ADMIN',
        'the Admin',
        'admin-bob',
        'Bob (operator)',
        '@admin',
        'admin!',
        'Admin1',
        'Moderator',
        'administrator',
      ],
      ['ａｄｍｉｎ', '𝐀𝐝𝐦𝐢𝐧', 'Ⓐⓓⓜⓘⓝ', '🅐🅓🅜🅘🅝', '🅰🅳🅼🅸🅽', '🇦🇩🇲🇮🇳', 'ᴀᴅᴍɪɴ', 'Ádmin', 'a\u0308dmin'],
      ['Аdmin', 'admіn', 'аԁміп', 'ΑDΜΙΝ', 'ΟΡΕRΑΤΟR', 'орегатог', 'Adrnin', 'AdmIn', 'Admln'],
      ['adm1n', '@dmin', 'm0derat0r', '0p3rator', '4dmin', 'admini5trator', 'adm!n'],
      ['a d m i n', 'A.D.M.I.N', 'ad\u200bmin', 'admin\u202e'],
      [
        '管理者',
        '部屋の管理者',
        '管 理 者',
        'モデレーター',
        'ﾓﾃﾞﾚｰﾀ',
        'モデレ一タ',
        'オペレーター',
        'オペレータ',
        '運営',
        '運営より',
      ],
      [
        '（運営）',
        '【運営】山田',
        '運営チーム',
        '運営者',
        '運営スタッフ',
        '運営の山田',
        '部屋の運営',
        '公式運営',
        '運営2',
        '運 営',
        '运营',
      ],
      ['管理人', '部屋の管理人さん', '管理人 山田', '管-理-者', '菅理者', '管理员', '管理員', '관리자', '운영자'],
      ['モデレー夕ー', '才ペレーター', 'モデレ〜ター', 'オぺレーター'],
      ['Админ', 'админ', 'Адмін', 'администратор', 'Модератор', 'оператор', 'aдмин'],
      ['Admins', 'Operators', '1Admin', '①Admin', '1\ufe0f\u20e3Admin', '99 Admin 1', 'Ad-min', 'ad min', 'aclmin'],
      ['AdminTeam', 'TheAdmin', 'ADMINTeam', 'Adminさん', '山田Admin', 'スーパーAdmin', 'Flexio運営', 'Admin관리'],
      ['ꓮꓓꓟꓲꓠ', 'Ꭺdmin', 'ⲁdmin', 'AĐMIN', 'Adm¡n', '∆dmin', 'Δdmin', 'ΛDMIN', 'ᗩᗪᗰIᑎ'],
      ['山田✓', '✔ Bob', '☑\ufe0f', '✅', '🛡\ufe0f Anna', 'Bob √'],
    ].flat(),
  )('such as %s is refused', (name) => {
    expect(refusal(name)).toContain('must not look like a role');
  });

  it.each(
    [
      [
        'Adminah',
        'Administra',
        'Badmin',
        'Coadministrator',
        'Modesto',
        'Moderatorin',
        'Operatore',
        'Cooperator',
        'Mod',
      ],
      ['José', '山田', 'Аня', 'محمد', '管理太郎', '理者', '運', 'まゆ☆', 'モデル', 'Ольга', 'Ελένη', 'ณัฐ', '김민준'],
      [
        'Badminton',
        'Madmin',
        'BadMin',
        'Ad Min',
        'Armin',
        'Yasmin',
        'Rădmin',
        'Δήμητρα',
        'Σοφία',
        'Владимир',
        'Админка',
      ],
      ['海運営業部', '水運営業', 'クラブ運営', '生徒会運営', '運営太郎', '管理人材', '夕子', '才', '菅'],
      ['あや★', '★みさき★', '三ツ星★★★', 'Queen👑', '⭐', '🌟', '🏅', '⚜'],
      [
        '😀',
        '🇯🇵',
        '🇦🇩',
        'Anna 3',
        '4ever',
        'guest-ab12',
        "O'Brien",
        '!',
        '一',
        'x@example.org',
        'Dr. No',
        'D.M.',
        'a b c',
      ],
    ].flat(),
  )('does not include %s', (name) => {
    expect(named(name)).toEqual({ ok: true, value: name.normalize('NFC') });
  });
});

describe('a name in a signed token', () => {
  it.each([
    ['clean', 'Alice', 'Alice'],
    ['to be cleaned', ' Al\u202eice ', 'Alice'],
    ['too long', `${'字'.repeat(39)} 字字`, '字'.repeat(39)],
    ['much too long', `A${'\u200b'.repeat(500)}${'b'.repeat(500)}`, `A${'b'.repeat(39)}`],
    ['cut within an emoji', `${'字'.repeat(38)}👩\u200d💻`, `${'字'.repeat(38)}👩`],
    ['like a role', 'Admin', undefined],
    ['like a role at the start, and too long', `Admin ${'x'.repeat(40)}`, undefined],
    ['empty after cleaning', '\u200b', undefined],
  ])('that is %s becomes a valid name or none', (_, raw, name) => {
    expect(sanitizeName(raw)).toBe(name);
  });

  it('becomes a name that the user could have sent', () => {
    fc.assert(
      fc.property(anyName, (raw) => {
        const [clean, name] = [cleanName(raw), sanitizeName(raw)];
        if (name !== undefined) expect(named(name)).toEqual({ ok: true, value: name });
        else expect(clean === '' || looksLikeRole(clean) || countCharacters(clean) > 40).toBe(true);
      }),
    );
  });
});
