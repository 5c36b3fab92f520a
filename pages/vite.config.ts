/** Builds the static site: the lobby (`/`) and the page of a room (`/chat/`), which serves every link. */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Nothing is to be seen before the script has run; a page that is painted then has the theme that was chosen. */
const paintOnce: Plugin = {
  name: 'paint-once',
  transformIndexHtml: {
    order: 'post',
    handler: (html) => html.replace('<script type="module"', '$& blocking="render"'),
  },
};

export default defineConfig({
  root: here('.'),
  plugins: [paintOnce],
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
