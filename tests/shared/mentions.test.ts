/** Mentions of participants in a text. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { findMentions } from '../../shared/mentions.ts';

const people = [
  { id: 'b', name: 'Bob' },
  { id: 'bb', name: 'Bobby' },
  { id: 'bs', name: 'Bob Smith' },
  { id: 'y', name: '山田' },
  { id: 'yt', name: '山田太郎' },
  { id: 'a1', name: 'Alex' },
  { id: 'a2', name: 'Alex' },
  { id: 'g', name: 'guest-4f2k' },
];

const found = (text: string) =>
  findMentions(text, people).map(({ id, start, length }) => [id, text.slice(start, start + length)]);

describe('a mention', () => {
  it.each([
    ['at the beginning', '@Bob hello', [['b', '@Bob']]],
    ['at the end', 'hello @bob', [['b', '@bob']]],
    ['before a period', 'ask @Bob.', [['b', '@Bob']]],
    [
      'of the longest name that fits',
      '@Bobby and @Bob Smith',
      [
        ['bb', '@Bobby'],
        ['bs', '@Bob Smith'],
      ],
    ],
    ['in the middle of Japanese', 'これ@山田さんへ', [['y', '@山田']]],
    ['of the longer of two Japanese names', '＠山田太郎さん', [['yt', '＠山田太郎']]],
    [
      'of two who share a name',
      '@Alex',
      [
        ['a1', '@Alex'],
        ['a2', '@Alex'],
      ],
    ],
    ['of a guest', 'hi @guest-4f2k!', [['g', '@guest-4f2k']]],
  ])('%s is found', (_, text, mentions) => {
    expect(found(text)).toEqual(mentions);
  });

  it.each([
    ['a longer word', '@Bobcat'],
    ['an email address', 'bob@example.com'],
    ['an unknown name', '@Carol'],
    ['a name without the sign', 'Bob'],
    ['the sign alone', '@'],
  ])('%s is not a mention', (_, text) => {
    expect(found(text)).toEqual([]);
  });

  it('is within any text, and the number is limited', () => {
    const texts = fc.array(fc.constantFrom('@', '＠', 'Bob', 'bob', ' ', '山田', '太郎', '😀', 'Alex', '\ud800', 'x'), {
      maxLength: 90,
    });
    fc.assert(
      fc.property(texts, (parts) => {
        const text = parts.join('');
        const mentions = findMentions(text, people);
        expect(mentions.length).toBeLessThanOrEqual(limits.message.mentions);
        for (const { id, start, length } of mentions) {
          expect('@＠').toContain(text[start]);
          const name = people.find((person) => person.id === id)?.name ?? '';
          expect(text.slice(start + 1, start + length).toLowerCase()).toBe(name.toLowerCase());
        }
      }),
    );
  });
});
