/** Folding: texts that match regardless of case, width and composition, and the positions of matches. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, occurrencesOf } from '../../shared/fold.ts';

const matchesOf = (wanted: string, text: string) =>
  occurrencesOf(wanted, text, 100).map(([start, length]) => text.slice(start, start + length));

describe('a query', () => {
  it.each([
    ['会議', '第三会議室です', ['会議']],
    ['議室です', '第三会議室です', ['議室です']],
    ['かな', 'ｶﾅではなくカナ、かな', ['かな']],
    ['ガギ', 'ｶﾞｷﾞ', ['ｶﾞｷﾞ']],
    ['abc', 'ＡＢＣ abc', ['ＡＢＣ', 'abc']],
    ['λογος', 'ΛΟΓΟΣ ΛΟΓΟΣΟΦΙΑ', ['ΛΟΓΟΣ', 'ΛΟΓΟΣ']],
    ['i̇stanbul', 'İSTANBUL', ['İSTANBUL']],
    ['b', 'İb', ['b']],
    ['office', 'the oﬃce', ['oﬃce']],
    ['é', 'e\u0301 é', ['e\u0301', 'é']],
    ['각', '\u1100\u1161\u11a8', ['\u1100\u1161\u11a8']],
    ['一 つ', '一 つ 一つ', ['一 つ']],
    ['👋', 'a👋b', ['👋']],
    ['e', 'e\u0301', []],
    ['室会', '会議室', []],
    ['', 'abc', []],
    ['aa', 'aaaaa', ['aa', 'aa']],
  ])('%s in %s', (wanted, text, found) => {
    expect(matchesOf(wanted, text)).toEqual(found);
  });

  it('that begins or ends within a character matches the whole character once', () => {
    expect(occurrencesOf('f', 'aﬀb', 100)).toEqual([[1, 1]]);
    expect(occurrencesOf('キロメ', '3㌖先', 100)).toEqual([[1, 1]]);
  });

  it('returns a limited number of matches', () => {
    expect(occurrencesOf('a', 'a'.repeat(50), 7)).toHaveLength(7);
  });
});

describe('matches in a text', () => {
  /** Letters whose folded form is longer, shorter or combined with their neighbours, and others. */
  const letter = fc.oneof(
    fc.constantFrom(
      ...'abIΣσςİﬃﬁＡｶﾞﾟ会議室 é㌖Å',
      '\u0301',
      '\u0323',
      'e\u0301',
      '\u1100',
      '\u1161',
      '\u11a8',
      '👩‍👩‍👧',
      '\ud800',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  const someText = fc.array(letter, { maxLength: 30 }).map((letters) => letters.join(''));

  it('contain the query and do not overlap', () => {
    fc.assert(
      fc.property(someText, someText, fc.boolean(), (text, other, exact) => {
        const wanted = exact ? text.slice(2, 6) : other.slice(0, 2);
        const found = occurrencesOf(wanted, text, 1_000);
        if (fold(wanted) !== '') expect(found.length > 0).toBe(fold(text).includes(fold(wanted)));
        let end = 0;
        for (const [start, length] of found) {
          expect(start).toBeGreaterThanOrEqual(end);
          end = start + length;
          expect(fold(text.slice(start, end))).toContain(fold(wanted));
        }
        expect(end).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 20_000 },
    );
  });

  it('fold to the query if it consists of whole characters', () => {
    const whole = fc.array(
      fc.constantFrom(
        ...'abzIΣσς会議室 éÅ，。',
        'İ',
        'ﬃ',
        'ﬁ',
        'Ａ',
        'ｶﾞ',
        '㌖',
        'e\u0301',
        '\u1100\u1161\u11a8',
        '👩‍👩‍👧',
        '𠮷',
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(whole, whole, whole, (before, wanted, after) => {
        fc.pre(wanted.length > 0);
        const text = [...before, ...wanted, ...after].join('');
        const place = before.join('').length;
        const found = occurrencesOf(wanted.join(''), text, 1_000);
        // An earlier match may overlap it.
        const near = found.some(([start, length]) => start <= place && place < start + length);
        expect(near).toBe(true);
        const isLigature = (part: string) => [...fold(part)].length > 1 && part.length < fold(part).length;
        for (const [start, length] of found) {
          const part = text.slice(start, start + length);
          const inside = isLigature([...part][0] ?? '') || isLigature([...part].at(-1) ?? '');
          if (!inside) expect(fold(part)).toBe(fold(wanted.join('')));
        }
      }),
      { numRuns: 20_000 },
    );
  });

  it('never begin at a character that combines with the previous one, for all Unicode characters', () => {
    const neighbours = ['a', 'e\u0323', 'か', '\u1100', '\uac00', 'Σ', '\u{16d67}', '\u0dd9', '´'];
    const wrong: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      if (/[\p{Cn}\p{Co}]/u.test(character)) continue;
      for (const before of neighbours) {
        const text = before + character;
        if (fold(text) === fold(before) + fold(character)) continue;
        // Combined or reordered: no match may end between the two.
        for (const [start, length] of occurrencesOf(character, text, 9)) {
          if (start !== 0 && !fold(text.slice(start, start + length)).includes(fold(character))) wrong.push(text);
        }
        const [whole] = occurrencesOf(text, text, 1);
        if (whole?.[0] !== 0 || whole[1] !== text.length) wrong.push(text);
      }
    }
    expect(wrong).toEqual([]);
  }, 60_000);
});
