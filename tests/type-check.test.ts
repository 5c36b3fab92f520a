/** `npm run check:types` covers every source file of the repository. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryFiles, root } from './support/repository.ts';

const tsc = join(root, 'node_modules/typescript/bin/tsc');

/** The files that the compiler reads under the given configuration. */
function filesOf(project: string): string[] {
  const listed = execFileSync(process.execPath, [tsc, '-p', project, '--listFilesOnly'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\n').map((path) => relative(root, path.trim()).replaceAll(sep, '/'));
}

it('includes every source file', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const projects = [...scripts['check:types'].matchAll(/tsc -p (\S+)/g)].map(([, project]) => project);
  const checked = new Set(projects.flatMap(filesOf));
  const all = repositoryFiles(/\.[cm]?[jt]sx?$/);
  expect(all).toEqual(expect.arrayContaining(['worker/index.ts', 'pages/src/room.tsx', 'docs/check-node.cjs']));
  expect(all.filter((file) => !checked.has(file))).toEqual([]);
}, 30_000);
