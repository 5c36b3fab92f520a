/**
 * `npm run keys [EdDSA|ES256|RS256] [FILE]`: generates the key pair for signed tokens and writes it into the local
 * secrets file, or the given one. An existing pair is kept: replacing it would invalidate every token it has signed.
 */
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const keyPairGenerators = {
  EdDSA: () => generateKeyPairSync('ed25519'),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
};

const [algorithm = 'EdDSA', file = '.dev.vars'] = process.argv.slice(2);

/** The start of a key's line, up to its value. `[^\S\n]` is white space within a line: `\s` would run on into the next. */
const assignment = /^[^\S\n]*(?:export[^\S\n]+)?JWT_(?:PRIVATE|PUBLIC)_KEY[^\S\n]*=[^\S\n]*/;

/** A line of a secrets file, with the line breaks of the key written out. */
function secretLine(name: string, pem: string | Buffer): string {
  return `${name}="${String(pem).trim().replaceAll('\n', '\\n')}"\n`;
}

function fail(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

if (!Object.hasOwn(keyPairGenerators, algorithm))
  fail(`${algorithm} is not one of ${Object.keys(keyPairGenerators).join(', ')}`);
const existing = existsSync(file) ? readFileSync(file, 'utf8') : '';
if (new RegExp(`${assignment.source}\\S`, 'm').test(existing))
  fail(`${file} has keys already; take them out first to replace them`);

const { privateKey, publicKey } = keyPairGenerators[algorithm as keyof typeof keyPairGenerators]();
const rest = existing.replace(new RegExp(`${assignment.source}(\\n|$)`, 'gm'), '');
const separator = rest === '' || rest.endsWith('\n') ? '' : '\n';
const keyLines = [
  secretLine('JWT_PRIVATE_KEY', privateKey.export({ type: 'pkcs8', format: 'pem' })),
  secretLine('JWT_PUBLIC_KEY', publicKey.export({ type: 'spki', format: 'pem' })),
];
// Restricted before the keys are written: no other user of the machine can read them at any time.
if (existsSync(file)) chmodSync(file, 0o600);
writeFileSync(file, `${rest}${separator}${keyLines.join('')}`, { mode: 0o600 });
process.stdout.write(`Wrote JWT_PRIVATE_KEY and JWT_PUBLIC_KEY (${algorithm}) to ${file}\n`);
