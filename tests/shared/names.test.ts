/** What people may be called: any name in any script, without what cannot be seen, and nothing that passes for a role. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../shared/decode.ts';
import { countCharacters } from '../../shared/limits.ts';
import { cleanName, looksLikeRole, safeName } from '../../shared/names.ts';
import { Name } from '../../shared/text.ts';

/** What no clean name holds. */
const unseen = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]/u;
/** Strings rich in what is to be taken out, and in what composes or folds. */
const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(...'aé\u0301\u1100\u1161\u115f\u200b\u200d\u202e \t\u3000\u2028\u034f\u2800か\u3099\ud83d😀'),
  }),
);

const named = (name: string) => decode(Name, name);
const refusal = (name: string) => {
  const outcome = named(name);
  return outcome.ok ? undefined : outcome.failure.text;
};

describe('a name', () => {
  it('holds nothing that cannot be seen, is composed, and stays as it is when cleaned again', () => {
    fc.assert(
      fc.property(anyName, (raw) => {
        const name = cleanName(raw);
        expect(name).not.toMatch(unseen);
        expect(name).not.toMatch(/^ | $| {2}|[^\P{White_Space} ]/u);
        expect(name.isWellFormed()).toBe(true);
        expect(name.normalize('NFC')).toBe(name);
        expect(cleanName(name)).toBe(name);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['a bidi override', 'a\u202eb', 'ab'],
    ['bidi isolates', '\u2066a\u2069', 'a'],
    ['a zero-width space', 'a\u200bb', 'ab'],
    ['a byte order mark', '\ufeffa', 'a'],
    ['tag characters', 'a\u{e0041}\u{e007f}', 'a'],
    ['Hangul fillers', 'a\u115f\u1160\u3164\uffa0b', 'ab'],
    ['a grapheme joiner', 'a\u034fb', 'ab'],
    ['the empty Braille cell', '\u2800', ''],
    ['a control character', 'a\u0007\u007fb', 'ab'],
    ['line breaks, tabs and wide spaces', ' a\r\n\t\u3000b\u2029', 'a b'],
    ['spaces round something unseen', 'a \u200b b', 'a b'],
    ['a letter and its accent', 'Jose\u0301', 'José'],
    ['an accent after something unseen', 'Jose\u200b\u0301', 'José'],
    ['half of a character', 'a\ud800', 'a\ufffd'],
    ['nothing but the unseen', '\u200b \u2060', ''],
  ])('is cleaned of %s', (_, raw, name) => {
    expect(named(raw)).toEqual({ ok: true, value: name });
  });

  it('has 40 characters at most once it is clean, and not too much to clean', () => {
    expect(named('字'.repeat(40))).toMatchObject({ ok: true });
    expect(refusal('字'.repeat(41))).toContain('must be at most 40 characters');
    expect(named(`${'字'.repeat(40)}${'\u200b'.repeat(100)}`)).toEqual({ ok: true, value: '字'.repeat(40) });
    expect(refusal('\u200b'.repeat(401))).toContain('must be at most 40 characters');
  });
});

describe('a name that looks like a role', () => {
  it('is refused, and the refusal says so', () => {
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
      ['山田✓', '✔ Bob', '☑\ufe0f', '✅', '🛡\ufe0f Anna', '👑', '★Bob', '⭐', '🌟'],
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
  )('is not %s', (name) => {
    expect(named(name)).toEqual({ ok: true, value: name.normalize('NFC') });
  });
});

describe('the name in a signed token', () => {
  it.each([
    ['a clean one', 'Alice', 'Alice'],
    ['one to be cleaned', ' Al\u202eice ', 'Alice'],
    ['a long one', `${'字'.repeat(39)} 字字`, '字'.repeat(39)],
    ['a role', 'Admin', undefined],
    ['nothing', '\u200b', undefined],
  ])('that is %s', (_, raw, name) => {
    expect(safeName(raw)).toBe(name);
  });

  it('is one that its bearer could have chosen', () => {
    fc.assert(
      fc.property(anyName, (raw) => {
        const [clean, name] = [cleanName(raw), safeName(raw)];
        if (name !== undefined) expect(named(name)).toEqual({ ok: true, value: name });
        else expect(clean === '' || looksLikeRole(clean) || countCharacters(clean) > 40).toBe(true);
      }),
    );
  });
});
