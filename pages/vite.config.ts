/** Builds the static site: the lobby (`/`) and the page of a room (`/chat/`), which serves every link. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    emptyOutDir: true,
    // Every browser that knows `light-dark()` preloads modules.
    modulePreload: { polyfill: false },
    target: 'es2022',
    // Those that know `light-dark()`, which is not to be rewritten: a theme may be set on `<html>`.
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    rolldownOptions: { input: { lobby: here('index.html'), room: here('chat/index.html') } },
  },
});
