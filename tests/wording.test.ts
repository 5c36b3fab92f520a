/** Words that the project avoids in code, comments, docs and test titles, because a plainer word says the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryFiles, root } from './support/repository.ts';

const bannedWords = [
  'whoever',
  'whomever',
  'somebody',
  'nobody',
  'anew',
  'of whom',
  'lest',
  'heed',
  'bury',
  'turnstile',
  'knock',
  'gathering',
  'stretch',
  'company',
  'standings',
];

/** Between the words of a phrase: white space, and the signs that begin a line of a comment. */
const gap = String.raw`[\s*/]+`;
const banned = new RegExp(`\\b(?:${bannedWords.join('|').replaceAll(' ', gap)})\\b`, 'gi');

interface Exemption {
  file: RegExp;
  /** The text in which the word is allowed. */
  text: RegExp;
  reason: string;
}

const exemptions: Exemption[] = [
  {
    file: /\.tsx?$/,
    text: /\.standings\b|\bstandings(?=\??:|,| \}|\)| = )|\b(?:TABLE|INTO|FROM|UPDATE) standings\b|'standings'|`standings`/g,
    reason: 'field of the moderation log and of exported rooms, and SQL table',
  },
  {
    file: /^docs\/openapi\.json$/,
    text: /"standings"/g,
    reason: 'field of the moderation log',
  },
  {
    file: /^docs\/.*\.md$/,
    text: /`[^`\n]*\bstandings\b[^`\n]*`|"standings"|^### standings$/gm,
    reason: 'the same field and table, as code and as the heading of the table’s section',
  },

  {
    file: /^tests\/wording\.test\.ts$/,
    text: /.+/g,
    reason: 'this list',
  },
];

/** @returns `line: word` of each banned word, in lower case and with single spaces */
function bannedIn(file: string, text: string): string[] {
  const checked = exemptions
    .filter((exemption) => exemption.file.test(file))
    .reduce((rest, exemption) => rest.replace(exemption.text, (match) => match.replaceAll(/[^\n]/g, ' ')), text);
  return [...checked.matchAll(banned)].map(({ 0: match, index }) => {
    const line = checked.slice(0, index).split('\n').length;
    return `${line}: ${match.toLowerCase().replaceAll(new RegExp(gap, 'g'), ' ')}`;
  });
}

const files = repositoryFiles(/\.(?:[cm]?[jt]sx?|css|html|md|jsonc?|ya?ml|svg|webmanifest|env|example)$|^run$/).filter(
  (file) => file !== 'package-lock.json',
);

it('no file contains a banned word', () => {
  expect(files).toEqual(expect.arrayContaining(['README.md', 'worker/index.ts', 'pages/src/room.tsx', '.ci/run']));
  const found = files.flatMap((file) =>
    bannedIn(file, readFileSync(join(root, file), 'utf8')).map((place) => `${file}:${place}`),
  );
  expect(found).toEqual([]);
});

it('finds whole words in any case, and phrases across the lines of a comment', () => {
  expect(bannedIn('a.ts', '// Nobody\n/**\n * one of\n * whom */')).toEqual(['1: nobody', '3: of whom']);
  expect(bannedIn('a.css', 'nobodys { font: x }\n.knock-out {}')).toEqual(['2: knock']);
});

it.each([
  ['a.ts', '/** The standings of a room. */'],
  ['docs/a.md', 'The standings of a room.'],
  ['README.md', '`standings`'],
])('does not allow a field’s name elsewhere: %s with %s', (file, text) => {
  expect(bannedIn(file, text)).toEqual(['1: standings']);
});

it.each(exemptions)('the exemption for $file is used: $reason', ({ file, text }) => {
  const texts = files.filter((path) => file.test(path)).map((path) => readFileSync(join(root, path), 'utf8'));
  const allowed = texts.flatMap((content) => content.match(text) ?? []);
  expect(allowed.some((part) => part.match(banned))).toBe(true);
});
