/** Enforces the import rules: which top-level folder may import which, the order of the layers, and no import cycles. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** For each top-level folder: the folders it may import from, and the packages. */
const mayImport: Record<string, { folders: string[]; packages: RegExp }> = {
  shared: { folders: ['shared'], packages: /^valibot$/ },
  objects: { folders: ['objects', 'shared'], packages: /^(cloudflare:workers|node:(crypto|buffer)|valibot|jose)$/ },
  worker: { folders: ['worker', 'shared'], packages: /^(cloudflare:workers|itty-router|valibot)$/ },
  client: { folders: ['client', 'shared'], packages: /^partysocket(\/\w+)?$/ },
  pages: {
    folders: ['pages', 'client'],
    packages: /^(preact(\/[\w-]+)?|@preact\/signals|lean-qr\/nano|vite|node:url)$/,
  },
};

/** Runs at build time only: writes the response headers that the Worker sets into files for other static hosts. */
const pagesBuild = 'pages/vite.config.ts';

/** `worker/` imports only the Durable Object classes from `objects/`. */
const objectClasses = /^objects\/[\w-]+\/index\.ts$/;

/**
 * Layers, highest first. A file may import from its own layer and from lower ones. A layer is a list of files and
 * folders (with a trailing slash).
 */
const layers: Record<string, string[][]> = {
  'objects/': [['chat-room/'], ['user-sessions/', 'room-directory/'], ['storage/', 'credentials/']],
  'objects/chat-room/': [
    ['index.ts'],
    ['frames.ts', 'authorize.ts', 'alarm.ts'],
    ['actions/'],
    ['room.ts'],
    ['connections/'],
    ['access/'],
    ['state/', 'schema.ts'],
  ],
  'client/': [['index.ts'], ['room/'], ['rest/', 'transport/']],
};

const everyFolder = [...Object.keys(mayImport), 'tests', 'bench', 'docs'];

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts') && !file.startsWith('dist/'))
    .map((file) => join(folder, file));
}

/** The specifiers that a file imports, statically or dynamically, types included. */
function specifiersIn(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?<![\w/])(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

/** The path from the root that a relative specifier in `file` refers to. */
const resolve = (file: string, specifier: string) => relative(root, join(root, dirname(file), specifier));

/** The files of the repository that a file imports. */
function filesImportedBy(file: string): string[] {
  return specifiersIn(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolve(file, specifier));
}

/** The imports of a file that its folder may not have, as `file -> specifier`. */
function forbiddenImports(folder: string, file: string): string[] {
  const { folders, packages } = mayImport[folder] ?? { folders: [], packages: /^$/ };
  return specifiersIn(file)
    .filter((specifier) => {
      if (!specifier.startsWith('.')) return !packages.test(specifier);
      const target = resolve(file, specifier);
      if (folder === 'worker' && objectClasses.test(target)) return false;
      if (file === pagesBuild && target.startsWith('shared/')) return false;
      return !folders.includes(target.split('/')[0] ?? '');
    })
    .map((specifier) => `${file} -> ${specifier}`);
}

/** The layer of a file below `base`, 0 being the highest; undefined where no layer lists it. */
function layerOf(base: string, file: string): number | undefined {
  const path = file.slice(base.length);
  const index = (layers[base] ?? []).findIndex((layer) =>
    layer.some((member) => (member.endsWith('/') ? path.startsWith(member) : path === member)),
  );
  return index < 0 ? undefined : index;
}

/** Whether an import goes from a lower layer of `base` to a higher one. */
function goesUp(base: string, from: string, to: string): boolean {
  const [lower, higher] = [layerOf(base, from), layerOf(base, to)];
  return lower !== undefined && higher !== undefined && higher < lower;
}

/** The groups of files that import each other in a circle (strongly connected components, Tarjan 1972). */
function cyclesIn(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const lowOf = (file: string) => low.get(file) ?? Number.POSITIVE_INFINITY;
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.size - 1);
    stack.push(file);
    for (const target of imports.get(file) ?? []) {
      if (!index.has(target)) {
        visit(target);
        low.set(file, Math.min(lowOf(file), lowOf(target)));
      } else if (stack.includes(target)) low.set(file, Math.min(lowOf(file), index.get(target) ?? 0));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1 || imports.get(file)?.includes(file)) cycles.push(group.sort());
  };
  for (const file of imports.keys()) if (!index.has(file)) visit(file);
  return cycles;
}

it.each(Object.keys(mayImport))('%s imports only what it may', (folder) => {
  const files = sources(folder);
  expect(files.length).toBeGreaterThan(0);
  expect(files.flatMap((file) => forbiddenImports(folder, file))).toEqual([]);
});

it('reports an import from a folder or package that is not allowed', () => {
  expect(specifiersIn('objects/chat-room/index.ts')).toContain('cloudflare:workers');
  expect(forbiddenImports('shared', 'objects/chat-room/index.ts')).toContain(
    'objects/chat-room/index.ts -> cloudflare:workers',
  );
  expect(forbiddenImports('pages', 'client/rest/api.ts')).toContain('client/rest/api.ts -> ../../shared/routes.ts');
});

it.each(Object.keys(layers))(
  'every file of %s belongs to a layer, and imports only from its own or lower ones',
  (base) => {
    const files = sources(base);
    expect(files.filter((file) => layerOf(base, file) === undefined)).toEqual([]);
    const up = files.flatMap((file) =>
      filesImportedBy(file)
        .filter((target) => goesUp(base, file, target))
        .map((target) => `${file} -> ${target}`),
    );
    expect(up).toEqual([]);
  },
);

it('reports an import from a higher layer', () => {
  const base = 'objects/chat-room/';
  expect(goesUp(base, `${base}room.ts`, `${base}actions/disconnect.ts`)).toBe(true);
  expect(goesUp(base, `${base}actions/disconnect.ts`, `${base}room.ts`)).toBe(false);
});

it('no files import each other in a circle, type imports included', () => {
  const files = everyFolder.flatMap(sources);
  const imports = new Map(files.map((file) => [file, filesImportedBy(file)]));
  // Every target exists, so that no arrow of the graph is lost to a misread path.
  const targets = [...imports.values()].flat().filter((file) => /\.tsx?$/.test(file));
  expect(targets.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  expect(cyclesIn(imports)).toEqual([]);
});

it('reports files that import each other in a circle', () => {
  const imports = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', ['a']],
    ['d', []],
    ['e', ['e']],
  ]);
  expect(cyclesIn(imports)).toEqual([['a', 'b', 'c'], ['e']]);
});
