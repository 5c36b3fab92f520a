/**
 * Builds the static site: the lobby (`/`) and the page of a room (`/chat/`), which serves every link; and beside them
 * the files that pages of others load (`/embed/…`), each under a name that stays.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig, type EnvironmentOptions, type Plugin } from 'vite';
import { commonHeaders, embedHeaders, type HeaderFields, httpsHeaders, pageHeaders } from '../shared/site-headers.ts';

const resolvePath = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A rule of `_headers`, as Cloudflare Pages and others read it. */
function headersRule(path: string, fields: HeaderFields): string {
  return [path, ...Object.entries(fields).map(([name, value]) => `  ${name}: ${value}`), ''].join('\n');
}

/**
 * Where the pages stand on another origin than the service, their host has to know what the Worker does at home: that
 * one page serves all rooms, and what browsers are to guard against. At home there is no such file.
 */
function crossOriginHosting(): Plugin {
  let service = '';
  return {
    name: 'flexio:elsewhere',
    configResolved({ env }) {
      service = env.VITE_API_ORIGIN ?? '';
      if (service === '' || (URL.canParse(service) && new URL(service).origin === service)) return;
      throw new Error(`VITE_API_ORIGIN must be an origin, such as https://api.example.org, and not ${service}`);
    },
    generateBundle() {
      if (service === '' || this.environment.name !== 'client') return;
      const allPagesHeaders = {
        ...commonHeaders,
        ...httpsHeaders,
        ...pageHeaders({ origin: service, isSameOrigin: false }),
      };
      // Nothing of `/assets/`: such a host would let browsers keep for good that a file is not there, too.
      const rules = [headersRule('/*', allPagesHeaders), headersRule('/embed/*', embedHeaders)];
      this.emitFile({ type: 'asset', fileName: '_headers', source: rules.join('\n') });
      this.emitFile({ type: 'asset', fileName: '_redirects', source: '/chat/* /chat/ 200\n' });
    },
  };
}

/** A file for pages of others, whole by itself: its name stays, so what it loaded might not be of its making. */
function embedEnvironment(input: Record<string, string>): EnvironmentOptions {
  return {
    consumer: 'client',
    build: {
      emptyOutDir: false,
      copyPublicDir: false,
      rolldownOptions: {
        input,
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: 'embed/[name].js', codeSplitting: false },
      },
    },
  };
}

/**
 * Has a page load what its script needs beside it, not after it. The build can do so itself, but then gives every part
 * that is loaded later a loader of its own, of which browsers with modules have no need.
 */
function preloads(): Plugin {
  return {
    name: 'flexio:preloads',
    transformIndexHtml: {
      order: 'post',
      handler: (_, { chunk }) =>
        (chunk?.imports ?? []).map((file) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` },
          injectTo: 'head',
        })),
    },
  };
}

/** Nothing is to be seen before the script has run; a page that is painted then has the theme that was chosen. */
const paintOnce: Plugin = {
  name: 'paint-once',
  transformIndexHtml: {
    order: 'post',
    handler: (html) => html.replace('<script type="module"', '$& blocking="render"'),
  },
};

export default defineConfig({
  root: resolvePath('.'),
  plugins: [crossOriginHosting(), preloads(), paintOnce],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // One after the other, in this order: the first empties the folder.
  builder: {},
  build: {
    modulePreload: false,
    target: 'es2022',
    // Those that know `light-dark()`, which is not to be rewritten: a theme may be set on `<html>`.
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
  },
  environments: {
    client: {
      build: {
        emptyOutDir: true,
        rolldownOptions: { input: { lobby: resolvePath('index.html'), room: resolvePath('chat/index.html') } },
      },
    },
    library: embedEnvironment({ flexio: resolvePath('../client/index.ts') }),
    widget: embedEnvironment({ widget: resolvePath('src/widget.tsx') }),
  },
});
