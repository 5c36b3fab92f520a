/** Holds the rule of the house: imports run one way. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each room may import: rooms of the house, and packages. */
const mayImport: Record<string, { rooms: string[]; packages: RegExp }> = {
  shared: { rooms: ['shared'], packages: /^valibot$/ },
  objects: { rooms: ['objects', 'shared'], packages: /^(cloudflare:workers|node:(crypto|buffer)|valibot|jose)$/ },
  worker: { rooms: ['worker', 'shared'], packages: /^(cloudflare:workers|itty-router|valibot)$/ },
  client: { rooms: ['client', 'shared'], packages: /^partysocket(\/\w+)?$/ },
  pages: { rooms: ['pages', 'client'], packages: /^(preact(\/[\w-]+)?|@preact\/signals|lean-qr\/nano|vite|node:url)$/ },
};

/** What builds the pages is on none of them: it writes down for their host what the Worker tells browsers at home. */
const builder = 'pages/vite.config.ts';

/** The Durable Object classes are all that the Worker takes from `objects`. */
const objectClasses = /^objects\/[\w-]+\/index\.ts$/;

function sources(room: string): string[] {
  return readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts') && !file.startsWith('dist/'))
    .map((file) => join(room, file));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?<![\w/])(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

/** What a file imports that its room may not, as `file -> import`. */
function trespasses(room: string, file: string): string[] {
  const { rooms, packages } = mayImport[room] ?? { rooms: [], packages: /^$/ };
  return importsOf(file)
    .filter((specifier) => {
      if (!specifier.startsWith('.')) return !packages.test(specifier);
      const target = relative(root, join(root, dirname(file), specifier));
      if (room === 'worker' && objectClasses.test(target)) return false;
      if (file === builder && target.startsWith('shared/')) return false;
      return !rooms.includes(target.split('/')[0] ?? '');
    })
    .map((specifier) => `${file} -> ${specifier}`);
}

it.each(Object.keys(mayImport))('%s imports only what its room may', (room) => {
  const files = sources(room);
  expect(files.length).toBeGreaterThan(0);
  expect(files.flatMap((file) => trespasses(room, file))).toEqual([]);
});

it('sees an import that goes the wrong way', () => {
  expect(importsOf('objects/chat-room/index.ts')).toContain('cloudflare:workers');
  expect(trespasses('shared', 'objects/chat-room/index.ts')).toContain(
    'objects/chat-room/index.ts -> cloudflare:workers',
  );
  expect(trespasses('pages', 'client/rest/api.ts')).toContain('client/rest/api.ts -> ../../shared/routes.ts');
});
