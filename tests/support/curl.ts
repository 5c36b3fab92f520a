/** Parses `curl` commands as a shell does, so that the examples of a document run on machines without curl. */

/** The request that a command sends. */
export interface CurlRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** The words of each command in a block; quotes, continued lines and comments as in a POSIX shell. */
function splitCommands(block: string): string[][] {
  const pattern = /\\\n|#[^\n]*|'([^']*)'|"((?:[^"\\]|\\.)*)"|(\n)|([^\s'"]+)|\s/g;
  const commands: string[][] = [[]];
  for (const [, single, double, newline, bare] of block.matchAll(pattern)) {
    const word = single ?? double ?? bare;
    if (newline) commands.push([]);
    else if (word !== undefined) commands.at(-1)?.push(word);
  }
  return commands.filter((words) => words.length > 0);
}

function toRequest([name, ...words]: string[]): CurlRequest {
  if (name !== 'curl') throw new Error(`not curl: ${name}`);
  const request: CurlRequest = { method: 'GET', url: '', headers: {} };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith('-')) request.url = word;
    else if (word === '-X') request.method = words.shift() ?? '';
    else if (word === '-d') request.body = words.shift() ?? '';
    else if (word === '-H') {
      const [field = '', value = ''] = (words.shift() ?? '').split(/:\s*/, 2);
      request.headers[field] = value;
    } else throw new Error(`unknown flag: ${word}`);
  }
  return request;
}

/** @returns the requests of the commands in a block, in order */
export function parseCurl(block: string): CurlRequest[] {
  return splitCommands(block).map(toRequest);
}
