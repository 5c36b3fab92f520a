/**
 * Unpacks the Chromium of @sparticuz/chromium into the folder that TMPDIR names. A process of its own, because the package
 * takes its target from TMPDIR, and a server that another test starts meanwhile would inherit the variable.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import chromium, { inflate } from '@sparticuz/chromium';

const packaged = fileURLToPath(new URL('../../node_modules/@sparticuz/chromium/bin', import.meta.url));

await chromium.executablePath();
await inflate(join(packaged, 'al2023.tar.br'));
