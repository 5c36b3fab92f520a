/** docs/embed.md and its Japanese version list all options, methods, and fields of the state. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { initialState, RoomConnection, type RoomConnectionOptions } from '../../client/index.ts';

const options: Record<keyof RoomConnectionOptions, true> = {
  origin: true,
  link: true,
  token: true,
  name: true,
  adminToken: true,
  joinKey: true,
  onState: true,
  onFrame: true,
  outgoing: true,
  signal: true,
  WebSocket: true,
};

const methods = Object.getOwnPropertyNames(RoomConnection.prototype).filter(
  (name) => name !== 'constructor' && name !== 'state',
);

describe.each([
  ['embed.md', ['Options', 'Methods', 'State']],
  ['embed.ja.md', ['オプション', 'メソッド', '状態']],
])('docs/%s', (document, headings) => {
  const text = readFileSync(new URL(`../../docs/${document}`, import.meta.url), 'utf8');

  /** The names in the first column of the table below a heading. */
  function namesBelow(heading = ''): string[] {
    const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
    const cells = [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell ?? '');
    return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)/g)].map(([, name]) => name ?? '')).sort();
  }

  it('lists every option, method and field, and no other', () => {
    expect(namesBelow(headings[0])).toEqual(Object.keys(options).sort());
    expect(namesBelow(headings[1])).toEqual(methods.sort());
    expect(namesBelow(headings[2])).toEqual(Object.keys(initialState).sort());
  });
});
