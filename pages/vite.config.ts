/**
 * Builds the static site: the lobby (`/`), the room page (`/chat/`, which serves every link), and the scripts that
 * other sites load (`/embed/…`), whose names never change.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig, type EnvironmentOptions, type Plugin } from 'vite';
import { commonHeaders, embedHeaders, type HeaderFields, httpsHeaders, pageHeaders } from '../shared/site-headers.ts';

const resolvePath = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Formats a rule of a `_headers` file, in the format that Cloudflare Pages and other hosts read. */
function headersRule(path: string, fields: HeaderFields): string {
  return [path, ...Object.entries(fields).map(([name, value]) => `  ${name}: ${value}`), ''].join('\n');
}

/**
 * Emits `_headers` and `_redirects` if the pages are hosted on another origin than the service (`VITE_API_ORIGIN`). The
 * other host then sends the security headers and serves all rooms with one page, as the Worker does otherwise.
 */
function crossOriginHosting(): Plugin {
  let service = '';
  return {
    name: 'flexio:cross-origin-hosting',
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
      // No rule for `/assets/`: such a host would let browsers cache a 404 forever, too.
      const rules = [headersRule('/*', allPagesHeaders), headersRule('/embed/*', embedHeaders)];
      this.emitFile({ type: 'asset', fileName: '_headers', source: rules.join('\n') });
      this.emitFile({ type: 'asset', fileName: '_redirects', source: '/chat/* /chat/ 200\n' });
    },
  };
}

/**
 * Builds a script for other sites as a single file. Its name never changes, so a cached copy could otherwise load
 * chunks of another build.
 */
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
 * Preloads the chunks that the script of a page imports. Vite's own `modulePreload` would also add a preload helper to
 * every dynamic import, which browsers that support modules do not need.
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

/** Blocks rendering until the script has run, so that the first paint already has the selected theme. */
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
  // The environments are built in this order: the first one empties the folder.
  builder: {},
  build: {
    modulePreload: false,
    target: 'es2022',
    // Browsers with `light-dark()`. It must not be compiled away, because a theme can be set on `<html>`.
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
