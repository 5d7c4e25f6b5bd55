import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCookie } from './read-cookie.ts';

const value = (header: string | undefined) => readCookie(header, 'session').value;

describe('readCookie', () => {
  it('reads exactly the cookie of that name', () => {
    expect(value('a=1; session=id; b=2')).toBe('id');
    expect(value('__Host-session=id')).toBeUndefined();
    expect(value('session2=id; xsession=id')).toBeUndefined();
    expect(value('Session=id')).toBeUndefined();
  });

  it('finds nothing where nothing is', () => {
    for (const header of [undefined, '', ';;', 'session', 'session=', 'a=session=1']) {
      expect(value(header)).toBeUndefined();
    }
  });

  it('believes neither of two cookies with different values, and takes equal ones as one', () => {
    expect(readCookie('session=a; session=b', 'session')).toEqual({ value: undefined, ambiguous: true });
    expect(readCookie('session=a; session=a', 'session')).toEqual({ value: 'a', ambiguous: false });
    expect(readCookie('session=; session=a', 'session')).toEqual({ value: 'a', ambiguous: false });
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
