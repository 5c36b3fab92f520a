/** The built site as files: what each weighs, and what a page loads of them in all. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const folder = fileURLToPath(new URL('../pages/dist', import.meta.url).href);

/** Bytes, as they are and as gzip leaves of them at its best. */
export interface FileSizes {
  raw: number;
  gzipped: number;
}

/** Weighs files, each by itself, as they are sent. */
export function measureFiles(files: readonly string[]): FileSizes {
  const each = files.map((file) => readFileSync(join(folder, file)));
  const sum = (sizes: number[]) => sizes.reduce((one, other) => one + other, 0);
  return {
    raw: sum(each.map((bytes) => bytes.length)),
    gzipped: sum(each.map((bytes) => gzipSync(bytes, { level: 9 }).length)),
  };
}

/** The built files of a folder, by their paths in the site. */
export function filesIn(name: 'assets' | 'embed'): string[] {
  return readdirSync(join(folder, name))
    .map((file) => `${name}/${file}`)
    .sort();
}

/**
 * The built files that a file loads, or may load later: those that it names, those that these name, and so on. Names in
 * `assets` are made of what is in the file, so none stands anywhere by chance.
 */
export function loadedBy(start: string): string[] {
  const isEmbedded = start.startsWith('embed/');
  const candidates = filesIn(isEmbedded ? 'embed' : 'assets');
  const reference = (file: string) => (isEmbedded ? `./${basename(file)}` : basename(file));
  const loaded = new Set([start]);
  for (const file of loaded) {
    const text = readFileSync(join(folder, file), 'utf8');
    for (const candidate of candidates) if (text.includes(reference(candidate))) loaded.add(candidate);
  }
  return [...loaded].sort();
}

/** The scripts that a page begins with: those of its HTML and what they import, without what is loaded when it is wanted. */
export function scriptsOf(html: string): string[] {
  const named = [...readFileSync(join(folder, html), 'utf8').matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)];
  const scripts = new Set(named.map(([, file = '']) => file));
  for (const file of scripts) {
    const imported = readFileSync(join(folder, file), 'utf8').matchAll(/(?:from|import)"\.\/([^"]+\.js)"/g);
    for (const [, name] of imported) scripts.add(`assets/${name}`);
  }
  return [...scripts].sort();
}

/** The pages, and the HTML of each. */
export const pages = { lobby: 'index.html', room: 'chat/index.html' } as const;

export const isScript = (file: string) => file.endsWith('.js');
export const isStyle = (file: string) => file.endsWith('.css');
