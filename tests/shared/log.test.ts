/** What a line of the log tells of an error, and what it never does. */
import { describe, expect, it } from 'vitest';
import { errorFields, logLine } from '../../shared/log.ts';
import { withTimeout } from '../../shared/timeout.ts';

function thrown(error: unknown): string {
  return logLine('failed', errorFields(error));
}

/** An error as the runtime marks those that it makes or brings. */
function marked(message: string, marks: object): Error {
  return Object.assign(new Error(message), marks);
}

describe('a line', () => {
  it('is JSON that names its event, without the fields that are undefined', () => {
    expect(logLine('request', { ms: 3, failure: undefined })).toBe('{"event":"request","ms":3}');
  });
});

describe('an error', () => {
  it('is told by its name and by where it came from', () => {
    const fields = errorFields(new TypeError('secret-token'));
    expect(fields).toMatchObject({ error: 'TypeError' });
    expect(String(fields.stack)).toMatch(/^at .*log\.test\.ts/);
    expect(String(fields.stack).split('\n').length).toBeLessThanOrEqual(5);
  });

  it.each(['secret-token', 'two lines\n    at secret-token (x.ts:1:1)', 'x\nError: x\n    at secret-token (x.ts:1:1)'])(
    'never quotes its message: %j',
    (message) => {
      expect(thrown(new Error(message))).not.toContain('secret-token');
      expect(thrown(new Error('outer', { cause: new Error(message) }))).not.toContain('secret-token');
      const renamed = new Error(message);
      renamed.message = 'another';
      expect(thrown(renamed)).not.toContain('secret-token');
    },
  );

  it('that quotes what it could not parse keeps that to itself', () => {
    try {
      JSON.parse('secret-token');
    } catch (error) {
      expect(thrown(error)).toContain('SyntaxError');
      expect(thrown(error)).not.toContain('secret');
    }
  });

  it('of the runtime itself keeps its message, one that only came through it does not', () => {
    const message = 'Durable Object is overloaded.';
    expect(errorFields(marked(message, { overloaded: true }))).toMatchObject({ message, overloaded: true });
    expect(errorFields(marked('Network connection lost.', { retryable: true }))).toHaveProperty('message');
    expect(thrown(marked('secret-token', { retryable: true, remote: true }))).not.toContain('secret-token');
  });

  it('that is none is told by its type', () => {
    expect(errorFields('secret-token')).toEqual({ error: 'string' });
    expect(errorFields(undefined)).toEqual({ error: 'undefined' });
  });

  it('of slowness is told as one', async () => {
    const late = withTimeout(1, new Promise(() => undefined));
    await late.catch((error) => expect(errorFields(error)).toMatchObject({ error: 'TimeoutError' }));
    expect.assertions(1);
  });
});
