/** base64url: the same encoding as that of Node, and no error for any text that it has encoded. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBase64url, encodeBase64url } from '../../shared/base64url.ts';

const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });

it('encodes as Node does, and decodes to the same text', () => {
  fc.assert(
    fc.property(latin1, (text) => {
      const encoded = encodeBase64url(text);
      expect(encoded).toBe(Buffer.from(text, 'latin1').toString('base64url'));
      expect(decodeBase64url(encoded)).toBe(text);
    }),
  );
});

it.each(['a', '****', 'aaaaa'])('rejects %s', (text) => {
  expect(() => decodeBase64url(text)).toThrow();
});
