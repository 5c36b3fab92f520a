/**
 * A real Chromium: the one named by CHROME_PATH, an installed one, or else the one that @sparticuz/chromium ships
 * (Linux x64). Without one, the tests fail with an error that says how to get one; they are never skipped.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const cache = fileURLToPath(new URL('../../node_modules/.cache/chromium', import.meta.url));
const unpackScript = fileURLToPath(new URL('unpack-chromium.ts', import.meta.url));
const run = promisify(execFile);

const installedNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macPath = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findInstalled(): string | undefined {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  const candidates = folders.flatMap((folder) => installedNames.map((name) => join(folder, name)));
  return [...candidates, macPath].find(isExecutable);
}

/** Unpacks the packaged browser once, into a temporary folder that is then renamed: a partial one is never used. */
async function unpack(): Promise<string> {
  const binary = join(cache, 'chromium');
  if (existsSync(binary)) return binary;
  const temporary = `${cache}-${process.pid}`;
  await mkdir(temporary, { recursive: true });
  await run(process.execPath, [unpackScript], { env: { ...process.env, TMPDIR: temporary } });
  await rename(temporary, cache).catch(() => rm(temporary, { recursive: true, force: true }));
  return binary;
}

async function findBrowser(): Promise<{ path: string; libraries?: string }> {
  const named = process.env.CHROME_PATH;
  if (named) {
    if (isExecutable(named)) return { path: named };
    throw new Error(`CHROME_PATH is not a program: ${named}`);
  }
  const installed = findInstalled();
  if (installed) return { path: installed };
  if (process.platform === 'linux' && process.arch === 'x64') {
    const path = await unpack();
    return { path, libraries: join(dirname(path), 'al2023', 'lib') };
  }
  throw new Error('No browser: install Chrome or Chromium, or set CHROME_PATH to one');
}

export async function launchBrowser(): Promise<Browser> {
  const { path, libraries } = await findBrowser();
  const libraryPath = [process.env.LD_LIBRARY_PATH, libraries].filter(Boolean).join(':');
  return chromium.launch({
    executablePath: path,
    headless: true,
    env: { ...process.env, ...(libraryPath && { LD_LIBRARY_PATH: libraryPath }) },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
