import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionContent } from '../contract/stored-session.ts';
import { assertSessionContent } from './json-value.ts';
import { decodePayload, encodePayload } from './payload.ts';

const runs = Number(process.env.FUZZ_RUNS ?? 2000);

/** Any JSON that a session can hold, with keys that break naive code. `-0` becomes `0` in JSON, as documented. */
const key = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'toJSON',
    '',
    '\ud800',
    'v',
  ),
);
const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud800', '\udfff\ud800', '\0', '\u2028', '\n'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.boolean(),
  fc.constant(null),
);
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('value'), { maxLength: 4 }), tie('object')),
  object: fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map(Object.fromEntries),
}));
const object = fc.array(fc.tuple(key, json), { maxLength: 6 }).map((entries) => Object.fromEntries(entries));

describe('a payload', () => {
  it('decodes to exactly what was encoded', () => {
    fc.assert(
      fc.property(object, object, (data, flash) => {
        assertSessionContent({ data, flash });
        const payload = encodePayload({ data, flash } as never);
        deepStrictEqual(decodePayload(payload), { data, flash });
      }),
      { numRuns: runs },
    );
  });

  it('keeps an own key __proto__ without touching the prototype', () => {
    const data = JSON.parse('{"__proto__":{"admin":true}}');
    const decoded = decodePayload(encodePayload({ data, flash: {} })) as SessionContent | undefined;
    expect(Object.keys(decoded?.data ?? {})).toEqual(['__proto__']);
    expect((decoded?.data as { admin?: boolean } | undefined)?.admin).toBeUndefined();
  });

  it('is one line without raw control characters or lone surrogates, so any text column can hold it', () => {
    fc.assert(
      fc.property(object, (data) => {
        const payload = encodePayload({ data: data as never, flash: {} });
        expect(payload.isWellFormed()).toBe(true);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for them
        expect(payload).not.toMatch(/[\0-\x1f]/);
      }),
      { numRuns: runs },
    );
  });

  it('of format 1 can be read', () => {
    expect(decodePayload('{"v":1,"data":{"name":"Ada"},"flash":{"notice":["hi"]}}')).toEqual({
      data: { name: 'Ada' },
      flash: { notice: ['hi'] },
    });
  });

  it('of a newer format is rejected, not treated as a missing session', () => {
    expect(() => decodePayload('{"v":2,"cells":[]}')).toThrow(
      expect.objectContaining({ code: 'INCOMPATIBLE' }),
    );
  });
});

describe('decodePayload', () => {
  it.each([
    '',
    'null',
    '[]',
    '1',
    '"text"',
    '{}',
    '{"v":1}',
    '{"v":0,"data":{},"flash":{}}',
    '{"v":"2","data":{},"flash":{}}',
    '{"v":1.5,"data":{},"flash":{}}',
    '{"v":1,"data":[],"flash":{}}',
    '{"v":1,"data":{},"flash":null}',
    '{"v":1,"data":{"cut":',
  ])('returns undefined for %j', (payload) => {
    expect(decodePayload(payload)).toBeUndefined();
  });

  it('never throws on arbitrary text or on a damaged payload', () => {
    const whole = encodePayload({ data: { cart: [1, 2, 3] }, flash: { notice: 'hi' } });
    const damaged = fc
      .tuple(fc.nat(whole.length), fc.nat(whole.length), fc.string({ unit: 'binary' }))
      .map(([from, to, text]) => whole.slice(0, from) + text + whole.slice(to));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), damaged), (payload) => {
        try {
          const content = decodePayload(payload);
          if (content) assertSessionContent(content);
        } catch (error) {
          // The only error it may throw, for a payload of a newer format.
          expect(error).toMatchObject({ code: 'INCOMPATIBLE' });
        }
      }),
      { numRuns: runs },
    );
  });
});
