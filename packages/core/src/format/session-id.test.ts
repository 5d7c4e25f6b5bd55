import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertSessionId,
  createSessionId,
  isSessionId,
  isSessionKey,
  portableSessionKey,
  sessionKey,
} from './session-id.ts';

const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
const id = fc.string({ unit: fc.constantFrom(...alphabet), minLength: 22, maxLength: 128 });

describe('createSessionId', () => {
  it('returns 32 bytes as base64url, different every time', () => {
    const ids = new Set(Array.from({ length: 10_000 }, createSessionId));
    expect(ids.size).toBe(10_000);
    for (const one of ids) {
      expect(Buffer.from(one, 'base64url')).toHaveLength(32);
      expect(isSessionId(one)).toBe(true);
    }
  });
});

describe('isSessionId', () => {
  it('accepts 22 to 128 characters of the base64url alphabet, so ids from other systems can be kept', () => {
    fc.assert(fc.property(id, (value) => isSessionId(value)));
  });

  it('rejects every string with a character outside the alphabet, at any position', () => {
    const outside = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 1 })
      .filter((c) => !alphabet.includes(c));
    fc.assert(
      fc.property(id, outside, fc.nat(128), (value, character, at) => {
        expect(isSessionId(value.slice(0, at) + character + value.slice(at))).toBe(false);
      }),
    );
  });

  it.each([
    ['too short', 'a'.repeat(21)],
    ['too long', 'a'.repeat(129)],
    ['empty', ''],
    ['followed by a line break', `${'a'.repeat(43)}\n`],
    ['a path', `../../${'a'.repeat(30)}`],
    ['followed by NUL', `${'a'.repeat(30)}\0`],
    ['undefined', undefined],
    ['an array of one id', ['a'.repeat(43)]],
    ['an object that converts to an id', { toString: () => 'a'.repeat(43) }],
  ])('rejects a value that is %s', (_, value) => {
    expect(isSessionId(value)).toBe(false);
    expect(() => assertSessionId(value)).toThrow(expect.objectContaining({ code: 'INVALID_ID' }));
  });
});

describe('sessionKey', () => {
  it('is the SHA-256 of the id as base64url, in both native and portable code', () => {
    fc.assert(
      fc.property(id, (value) => {
        const expected = createHash('sha256').update(value).digest('base64url');
        expect(sessionKey(value)).toBe(expected);
        expect(portableSessionKey(value)).toBe(expected);
        expect(isSessionKey(expected)).toBe(true);
      }),
    );
  });
});

describe('isSessionKey', () => {
  it.each(['', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}/`, 43, undefined])(
    'rejects %j',
    (value) => {
      expect(isSessionKey(value)).toBe(false);
    },
  );
});
