/** `npm run check:types` covers every source file of the repository. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const notSources = new Set(['node_modules', 'dist', '.git', '.wrangler']);

/** Every TypeScript and JavaScript file, installed and built ones aside. */
function sources(folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return notSources.has(entry.name) ? [] : sources(path);
    return /\.[cm]?[jt]sx?$/.test(entry.name) ? [relative(root, path).replaceAll(sep, '/')] : [];
  });
}

/** The files that the compiler reads under the given configuration. */
function filesOf(project: string): string[] {
  const listed = execFileSync(process.execPath, [tsc, '-p', project, '--listFilesOnly'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\n').map((path) => relative(root, path.trim()).replaceAll(sep, '/'));
}

it('leaves no source file out', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const projects = [...scripts['check:types'].matchAll(/tsc -p (\S+)/g)].map(([, project]) => project);
  const checked = new Set(projects.flatMap(filesOf));
  const all = sources();
  expect(all).toEqual(expect.arrayContaining(['worker/index.ts', 'pages/src/room.tsx', 'docs/check-node.cjs']));
  expect(all.filter((file) => !checked.has(file))).toEqual([]);
}, 30_000);
