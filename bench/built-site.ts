/** The files of the built site: their sizes, and which of them a page loads. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const folder = fileURLToPath(new URL('../pages/dist', import.meta.url).href);

/** Total size in bytes, uncompressed and with gzip at its highest level. */
export interface FileSizes {
  raw: number;
  gzipped: number;
}

/** Adds up the sizes of files, each compressed separately, as they are sent. */
export function measureFiles(files: readonly string[]): FileSizes {
  const each = files.map((file) => readFileSync(join(folder, file)));
  const sum = (sizes: number[]) => sizes.reduce((one, other) => one + other, 0);
  return {
    raw: sum(each.map((bytes) => bytes.length)),
    gzipped: sum(each.map((bytes) => gzipSync(bytes, { level: 9 }).length)),
  };
}

/** The built files of a folder, as sorted paths within the site. */
export function filesIn(name: 'assets' | 'embed'): string[] {
  return readdirSync(join(folder, name))
    .map((file) => `${name}/${file}`)
    .sort();
}

/**
 * The built files that a file loads initially or on demand, transitively, and the file itself. A file is loaded if its
 * name occurs in the text: names in `assets` contain a hash, so none occurs by coincidence.
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

/** The scripts that a page loads initially: those in its HTML and their static imports. */
export function scriptsOf(html: string): string[] {
  const inHtml = [...readFileSync(join(folder, html), 'utf8').matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)];
  const scripts = new Set(inHtml.map(([, file = '']) => file));
  for (const file of scripts) {
    const imported = readFileSync(join(folder, file), 'utf8').matchAll(/(?:from|import)"\.\/([^"]+\.js)"/g);
    for (const [, name] of imported) scripts.add(`assets/${name}`);
  }
  return [...scripts].sort();
}

/** The pages and their HTML files. */
export const pages = { lobby: 'index.html', room: 'chat/index.html' } as const;

export const isScript = (file: string) => file.endsWith('.js');
export const isStyle = (file: string) => file.endsWith('.css');
