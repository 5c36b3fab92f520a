/** Decoding of fields: required fields, lengths, links, tags, frames and signed tokens. */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { decodeClientFrame } from '../../shared/client-frames.ts';
import { decode } from '../../shared/decode.ts';
import { Link, MessageText, Tags } from '../../shared/fields.ts';
import { looksLikeJwt } from '../../shared/jwt-shape.ts';
import { countBytes, countCharacters } from '../../shared/limits.ts';
import { reservedLinks } from '../../shared/links.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 5_000 });

describe('lengths', () => {
  it('are counted in code points, of which a lone surrogate is one', () => {
    expect(countCharacters('')).toBe(0);
    expect(countCharacters('会議室')).toBe(3);
    expect(countCharacters('𠮷')).toBe(1);
    expect(countCharacters('👩‍👩‍👧')).toBe(5);
    expect(countCharacters('\ud800a')).toBe(2);
    expect(countBytes('会議室a')).toBe(10);
  });

  it('are the same before and after lone surrogates are replaced', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = v.safeParse(MessageText, text);
        const allowed = /\S/u.test(text) && [...text].length <= 4_000;
        expect(parsed.success).toBe(allowed);
        if (!parsed.success) return;
        expect(parsed.output.isWellFormed()).toBe(true);
        expect(countCharacters(String(parsed.output))).toBe(countCharacters(text));
      }),
    );
  });
});

describe('links', () => {
  it('are 1 to 64 letters, digits, hyphens and underscores, and never a documented path', () => {
    const likely = fc.string({ unit: fc.constantFrom(...'abzAZ09-_/ .%あ'), maxLength: 70 });
    fc.assert(
      fc.property(fc.oneof(likely, anyText, fc.constantFrom(...reservedLinks, 'NEW', 'Delete')), (link) => {
        const allowed = /^[A-Za-z0-9_-]{1,64}$/.test(link) && !reservedLinks.includes(link.toLowerCase());
        expect(v.is(Link, link)).toBe(allowed);
      }),
    );
  });
});

describe('tags', () => {
  it('keep their order, without duplicates', () => {
    expect(v.parse(Tags, ['b', 'a', 'b'])).toEqual(['b', 'a']);
  });
});

describe('a required field', () => {
  const schema = v.object({ name: v.string(), about: v.optional(v.string()), inner: v.object({ field: v.string() }) });

  it.each([
    ['absent', {}, 'Missing required fields: name, inner'],
    ['null', { name: null, inner: { field: null } }, 'Missing required fields: name, inner.field'],
    ['empty', { name: '', inner: { field: '' } }, 'Missing required fields: name, inner.field'],
  ])('is missing if it is %s, and is named with its path', (_, input, text) => {
    expect(decode(schema, input)).toMatchObject({ ok: false, failure: { statusCode: 400, text } });
  });

  it('is present if it is false or zero, and an empty about is accepted', () => {
    expect(decode(schema, { name: 'x', about: '', inner: { field: 'y' } })).toMatchObject({ value: { about: '' } });
    expect(decode(v.object({ on: v.boolean() }), { on: false })).toEqual({ ok: true, value: { on: false } });
    expect(decode(v.object({ rev: v.number() }), { rev: 0 })).toEqual({ ok: true, value: { rev: 0 } });
  });

  it('cannot come from a __proto__ field', () => {
    const input: unknown = JSON.parse('{"__proto__":{"name":"x","inner":{"field":"y"}}}');
    expect(decode(schema, input)).toMatchObject({ ok: false });
  });
});

describe('client frames', () => {
  it('of any text are decoded or refused without an exception', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.json()), (text) => {
        const { frame } = decodeClientFrame(text);
        expect(frame.ok || frame.failure.statusCode === 400).toBe(true);
      }),
    );
  });
});

describe('signed tokens', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it.each([
    ['a JWT', `${part({ alg: 'EdDSA' })}.${part({ sub: 'a' })}.c2ln`, true],
    ['a JWT without a signature', `${part({ alg: 'none' })}.${part({})}.`, true],
    ['two parts', `${part({ alg: 'EdDSA' })}.x`, false],
    ['a header without alg', `${part({ typ: 'JWT' })}.x.y`, false],
    ['a header that is not JSON', 'abc.def.ghi', false],
    ['a header that is a string', `${part('alg')}.x.y`, false],
    ['a sentence', 'my.secret token.here', false],
    ['an empty string', '', false],
  ])('are recognized by their form: %s', (_, token, signed) => {
    expect(looksLikeJwt(token)).toBe(signed);
  });
});
