/** Log lines: the fields of an error, which never include its message. */
import { describe, expect, it } from 'vitest';
import { errorFields, logLine } from '../../shared/log-line.ts';
import { withTimeout } from '../../shared/timeout.ts';

function lineOf(error: unknown): string {
  return logLine('failed', errorFields(error));
}

/** An error with the properties that the runtime sets on its own errors. */
function marked(message: string, marks: object): Error {
  return Object.assign(new Error(message), marks);
}

describe('a line', () => {
  it('is JSON that names its event, without the fields that are undefined', () => {
    expect(logLine('request', { ms: 3, failure: undefined })).toBe('{"event":"request","ms":3}');
  });
});

describe('an error', () => {
  it('is logged with its name and stack', () => {
    const fields = errorFields(new TypeError('secret-token'));
    expect(fields).toMatchObject({ error: 'TypeError' });
    expect(String(fields.stack)).toMatch(/^at .*log-line\.test\.ts/);
    expect(String(fields.stack).split('\n').length).toBeLessThanOrEqual(5);
  });

  it.each(['secret-token', 'two lines\n    at secret-token (x.ts:1:1)', 'x\nError: x\n    at secret-token (x.ts:1:1)'])(
    'never quotes its message: %j',
    (message) => {
      expect(lineOf(new Error(message))).not.toContain('secret-token');
      expect(lineOf(new Error('outer', { cause: new Error(message) }))).not.toContain('secret-token');
      const renamed = new Error(message);
      renamed.message = 'another';
      expect(lineOf(renamed)).not.toContain('secret-token');
    },
  );

  it('that quotes its input in the message is logged without it', () => {
    try {
      JSON.parse('secret-token');
    } catch (error) {
      expect(lineOf(error)).toContain('SyntaxError');
      expect(lineOf(error)).not.toContain('secret');
    }
  });

  it('of the runtime itself is logged with its message, one that crossed an RPC is not', () => {
    const message = 'Durable Object is overloaded.';
    expect(errorFields(marked(message, { overloaded: true }))).toMatchObject({ message, overloaded: true });
    expect(errorFields(marked('Network connection lost.', { retryable: true }))).toHaveProperty('message');
    expect(lineOf(marked('secret-token', { retryable: true, remote: true }))).not.toContain('secret-token');
  });

  it('that is not an Error is logged with its type', () => {
    expect(errorFields('secret-token')).toEqual({ error: 'string' });
    expect(errorFields(undefined)).toEqual({ error: 'undefined' });
  });

  it('of a timeout is logged as TimeoutError', async () => {
    const late = withTimeout(1, new Promise(() => undefined));
    await late.catch((error) => expect(errorFields(error)).toMatchObject({ error: 'TimeoutError' }));
    expect.assertions(1);
  });
});
