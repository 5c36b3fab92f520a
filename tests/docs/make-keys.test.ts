/** `npm run keys` on a local secrets file, created as in the README. */
import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../docs/make-keys.ts', import.meta.url));
const example = fileURLToPath(new URL('../../.dev.vars.example', import.meta.url));

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flexio-keys-'));
  file = join(folder, '.dev.vars');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function makeKeys() {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** The secrets of the file, as `wrangler dev` reads them; the line breaks of a key are escaped. */
function secrets(): Record<string, string | undefined> {
  return parseEnv(readFileSync(file, 'utf8'));
}

function expectPair() {
  const { JWT_PRIVATE_KEY = '', JWT_PUBLIC_KEY = '' } = secrets();
  const text = Buffer.from('signed');
  const signature = sign(null, text, createPrivateKey(JWT_PRIVATE_KEY));
  expect(verify(null, text, createPublicKey(JWT_PUBLIC_KEY), signature)).toBe(true);
}

function expectRefusal(before: string) {
  const { status, stderr } = makeKeys();
  expect(status).toBe(1);
  expect(stderr).toContain('.dev.vars has keys already');
  expect(readFileSync(file, 'utf8')).toBe(before);
}

it('fills in a copy of .dev.vars.example and keeps its other lines', () => {
  copyFileSync(example, file);
  expect(makeKeys()).toMatchObject({ status: 0, stderr: '' });
  expectPair();
  const lines = readFileSync(file, 'utf8').split('\n');
  const others = readFileSync(example, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('JWT_'));
  expect(others).toContain('ADMIN_TOKEN=');
  expect(lines.filter((line) => line !== '' && !line.startsWith('JWT_'))).toEqual(others);
  expect(lines.filter((line) => line.startsWith('JWT_'))).toHaveLength(2);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('creates the file if it does not exist', () => {
  expect(makeKeys()).toMatchObject({ status: 0, stderr: '' });
  expectPair();
});

it.each([
  ['spaces after the equals sign', 'JWT_PRIVATE_KEY=  \nJWT_PUBLIC_KEY= \nADMIN_TOKEN=a\n'],
  ['Windows line breaks', 'ADMIN_TOKEN=a\r\nJWT_PRIVATE_KEY=\r\nJWT_PUBLIC_KEY=\r\n'],
  ['no line break at the end', 'ADMIN_TOKEN=a\nexport JWT_PRIVATE_KEY=\nJWT_PUBLIC_KEY='],
])('fills in empty keys with %s', (_, before) => {
  writeFileSync(file, before);
  expect(makeKeys()).toMatchObject({ status: 0, stderr: '' });
  expectPair();
  expect(secrets().ADMIN_TOKEN).toBe('a');
  expect(readFileSync(file, 'utf8').match(/JWT_/g)).toHaveLength(2);
});

it('keeps an existing pair', () => {
  copyFileSync(example, file);
  makeKeys();
  expectRefusal(readFileSync(file, 'utf8'));
});

it.each(['JWT_PRIVATE_KEY=x\n', 'JWT_PUBLIC_KEY = "x"\n', 'ADMIN_TOKEN=\n  export JWT_PUBLIC_KEY=x'])(
  'does not overwrite %j',
  (before) => {
    writeFileSync(file, before);
    expectRefusal(before);
  },
);
