/**
 * The client library as its users import it: within a checkout, and as a dependency in Node, for the type checker and
 * through a bundler.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as library from '../../client/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const names = Object.keys(library).sort();
const listing = "import * as library from 'flexio-chat/client'; console.log(Object.keys(library).sort().join())";

/** The project of a user, with this package as `npm install` would unpack it. */
let project: string;

beforeAll(() => {
  execFileSync(process.execPath, [tsc, '-p', join(root, 'client/tsconfig.json')]);
  project = mkdtempSync(join(tmpdir(), 'flexio-project-'));
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', project], { cwd: root });
  const [archive = ''] = readdirSync(project);
  const installed = join(project, 'node_modules/flexio-chat');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(project, archive), '-C', installed, '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies).filter((one) => !one.startsWith('@'))) {
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  }
}, 60_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

function run(cwd: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '-e', listing], { cwd, encoding: 'utf8' }).trim();
}

it('is imported by its name within a checkout', () => {
  expect(run(root).split(',')).toEqual(names);
});

it('is imported by its name as a dependency', () => {
  expect(run(project).split(',')).toEqual(names);
});

it('has types that pass the strictest compiler options', () => {
  const code = `
    import { RoomConnection, type RoomState } from 'flexio-chat/client';
    const room = new RoomConnection({ origin: 'http://localhost', link: 'a', token: async () => 'x' });
    const state: RoomState = room.state;
    export const stored: Promise<{ messageId: number }> = room.send('x').stored;
    // @ts-expect-error a link is text
    new RoomConnection({ origin: 'http://localhost', link: 7 });
    export const texts: string[] = state.messages.map(({ text }) => text);
  `;
  writeFileSync(join(project, 'package.json'), '{"type": "module"}');
  writeFileSync(join(project, 'index.ts'), code);
  const flags = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2024', '--skipLibCheck', 'false'];
  const lib = ['--lib', 'es2024,dom', '--types', ''];
  execFileSync(process.execPath, [tsc, ...flags, ...lib, 'index.ts'], { cwd: project });
}, 60_000);

it('is bundled without other imports', async () => {
  writeFileSync(join(project, 'main.js'), "export { RoomConnection } from 'flexio-chat/client';");
  const lib = { entry: join(project, 'main.js'), formats: ['es' as const] };
  const output = await build({ root: project, logLevel: 'error', build: { write: false, lib } });
  if (!Array.isArray(output)) throw new Error('a watcher');
  const [chunk] = output.flatMap((one) => one.output);
  expect(chunk).toMatchObject({ exports: ['RoomConnection'], imports: [], dynamicImports: [] });
}, 60_000);
