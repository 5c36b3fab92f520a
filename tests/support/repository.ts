/** The files of the repository, without installed, built and generated folders. */
import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const skippedFolders = new Set(['node_modules', 'dist', '.git', '.wrangler']);

/** @returns paths relative to the root, with forward slashes, of the files whose name matches */
export function repositoryFiles(name: RegExp, folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : repositoryFiles(name, path);
    return name.test(entry.name) ? [relative(root, path).replaceAll(sep, '/')] : [];
  });
}
