import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCookie } from './read-cookie.ts';

const value = (header: string | undefined) => readCookie(header, 'session')[0];

describe('readCookie', () => {
  it('reads exactly the cookie with that name', () => {
    expect(value('a=1; session=id; b=2')).toBe('id');
    expect(value('__Host-session=id')).toBeUndefined();
    expect(value('session2=id; xsession=id')).toBeUndefined();
    expect(value('Session=id')).toBeUndefined();
  });

  it('returns nothing when the cookie was not sent', () => {
    for (const header of [undefined, '', ';;', 'session', 'session=', 'a=session=1']) {
      expect(value(header)).toBeUndefined();
    }
  });

  it('returns distinct values in the order sent, and duplicates only once', () => {
    expect(readCookie('session=a; session=b', 'session')).toEqual(['a', 'b']);
    expect(readCookie('session=a; session=a', 'session')).toEqual(['a']);
    expect(readCookie('session=; session=a', 'session')).toEqual(['a']);
  });

  it('reads ten thousand different values', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => `${index}`);
    const header = values.map((each) => `session=${each}`).join(';');
    expect(readCookie(header, 'session')).toEqual(values);
  });

  it('is not fooled by look-alikes', () => {
    const others = [
      '__Host%2Dsession=x',
      '"__Host-session"=x',
      '\u00a0__Host-session=x',
      '\u2003__Host-session=x',
    ];
    for (const other of others) expect(readCookie(other, '__Host-session')).toEqual([]);
    expect(readCookie(`${others.join('; ')};\t__Host-session=id ;b=1`, '__Host-session')).toEqual(['id']);
  });

  it('decodes quotes and percent-encoding, and keeps what cannot be decoded', () => {
    expect(readCookie('session="a%20b"', 'session')).toEqual(['a b']);
    expect(readCookie('session=%zz', 'session')).toEqual(['%zz']);
  });

  it('never throws, whatever the header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (header) => {
        readCookie(header, 'session');
        readCookie(`session=${header}; __proto__=1`, 'session');
      }),
    );
  });
});
