/** A static file host like Cloudflare Pages, configured by the `_redirects` and `_headers` files of a site. */
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const types: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** The response to a path. */
export interface StaticResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

interface HeadersRule {
  path: string;
  headers: Record<string, string>;
}

/** @returns whether a rule applies to a path; a `*` at the end of a rule matches any characters */
function matches(rule: string, path: string): boolean {
  return rule.endsWith('*') ? path.startsWith(rule.slice(0, -1)) : path === rule;
}

function readHeaders(text: string): HeadersRule[] {
  return text
    .split(/\n(?=\S)/)
    .map((block) => block.split('\n').filter((line) => line.trim() !== ''))
    .filter((lines) => lines.length > 0)
    .map(([path = '', ...lines]) => {
      const fields = lines.map((line) => /^\s+([\w-]+): (.+)$/.exec(line) ?? []);
      return { path, headers: Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value])) };
    });
}

export class StaticHost {
  readonly #folder: string;
  readonly #redirects: string[][];
  readonly #headers: HeadersRule[];
  readonly #server: Server;

  private constructor(folder: string) {
    const read = (file: string) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '');
    this.#folder = folder;
    this.#redirects = read('_redirects')
      .split('\n')
      .map((line) => line.split(/\s+/));
    this.#headers = readHeaders(read('_headers'));
    this.#server = createServer((request, response) => {
      const { status, headers, body } = this.respond(request.url ?? '/');
      response.writeHead(status, headers).end(body);
    });
  }

  /** Serves a folder on a free port. */
  static async start(folder: string): Promise<StaticHost> {
    const host = new StaticHost(folder);
    host.#server.listen(0, '127.0.0.1');
    await once(host.#server, 'listening');
    return host;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** @returns the response to a path or URL */
  respond(url: string): StaticResponse {
    const { pathname } = new URL(url, 'http://host');
    const [, to = pathname] = this.#redirects.find(([from = '']) => from !== '' && matches(from, pathname)) ?? [];
    const named = join(this.#folder, to);
    const file = existsSync(named) && statSync(named).isDirectory() ? join(named, 'index.html') : named;
    const exists = existsSync(file) && !/^\/_(headers|redirects)$/.test(to);
    const rules = this.#headers.filter(({ path }) => matches(path, pathname)).map(({ headers }) => headers);
    return {
      status: exists ? 200 : 404,
      headers: Object.assign({ 'Content-Type': types[extname(file)] ?? 'text/plain' }, ...rules),
      body: exists ? readFileSync(file) : Buffer.from(''),
    };
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
