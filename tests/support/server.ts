/** A real server process, as `npm start` runs it, with its storage on disk. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @returns a free port below those that systems give to outgoing connections, so that none of them takes it before the
 * server starts or while it restarts. Random, because other test files choose ports at the same time.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer().listen(port, '127.0.0.1');
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** Options of a server. */
export interface ServerOptions {
  /** Variables and secrets of the Worker. Rate limits and request logs are off by default. */
  vars?: Record<string, string>;
}

export class Server {
  readonly origin: string;
  readonly #port: number;
  /** Path of the folder with the storage. */
  readonly folder: string;
  readonly #vars: string[];
  #process: ChildProcess | undefined;
  #output = '';

  private constructor(port: number, folder: string, { vars = {} }: ServerOptions) {
    this.#port = port;
    this.folder = folder;
    this.#vars = Object.entries({ RATE_LIMITS: 'off', REQUEST_LOGS: 'off', ...vars }).flatMap(([name, value]) => [
      '--var',
      `${name}:${value}`,
    ]);
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** The output of the process since it was started. */
  get output(): string {
    return this.#output;
  }

  /** Starts a server with empty storage. */
  static async start(options: ServerOptions = {}): Promise<Server> {
    const server = new Server(await freePort(), await mkdtemp(join(tmpdir(), 'flexio-')), options);
    await server.boot();
    return server;
  }

  /** Starts the process on the existing storage. Retries if one of wrangler's own ports is in use. */
  async boot(tries = 3): Promise<void> {
    const inspector = await freePort();
    const flags = ['--port', String(this.#port), '--inspector-port', String(inspector), '--persist-to', this.folder];
    const wrangler = ['--env-file=worker/local.env', 'node_modules/wrangler/bin/wrangler.js', 'dev'];
    // As in `npm start`: marks the build as not deployed, regardless of NODE_ENV.
    const kind = ['--define', 'process.env.NODE_ENV:"development"'];
    // Keeps the secrets of a .dev.vars file out of the tests.
    const secrets = ['--env-file', 'worker/no-secrets.env'];
    this.#output = '';
    const child = spawn(process.execPath, [...wrangler, ...kind, ...secrets, ...flags, ...this.#vars], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const collect = (chunk: Buffer) => {
      this.#output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    this.#process = child;
    const deadline = Date.now() + 60_000;
    while (!(await answers(`${this.origin}/chat/list`))) {
      const dead = child.exitCode !== null;
      if (dead && tries > 1 && /EADDRINUSE|Address already in use/i.test(this.#output)) return this.boot(tries - 1);
      if (dead || Date.now() > deadline) throw new Error(`the server did not start:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** @returns the resident memory of the runtime processes, in bytes (Linux) */
  memoryBytes(): number {
    const group = this.#process?.pid;
    const stats = readdirSync('/proc').flatMap((entry) => {
      try {
        return /^\d+$/.test(entry) ? readFileSync(`/proc/${entry}/stat`, 'utf8') : [];
      } catch {
        return [];
      }
    });
    // pid (name) state parent group …; the 24th field is the resident set, in pages.
    const fields = stats.map(
      (stat) => [stat.slice(0, stat.lastIndexOf(')')), stat.split(') ').at(-1)?.split(' ')] as const,
    );
    const ours = fields.filter(([name, rest]) => name.endsWith('(workerd') && Number(rest?.[2]) === group);
    if (ours.length === 0) throw new Error('no process of the runtime');
    return ours.reduce((sum, [, rest]) => sum + Number(rest?.[21]) * 4_096, 0);
  }

  /** Kills wrangler and the runtime with SIGKILL, and waits until the port is closed. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    process.kill(-child.pid, 'SIGKILL');
    await ended;
    while (await answers(`${this.origin}/chat/list`)) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  /** Ends the process and removes its storage. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
