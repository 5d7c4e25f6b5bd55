import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCookieJar } from '../../test/browser.ts';
import { resolveCookieOptions, type SessionCookieOptions } from './cookie-options.ts';
import { serializeCookie } from './outgoing-cookie.ts';
import { SessionCookies } from './session-cookie.ts';

const name = '__Host-session';

const content = { data: {}, flash: {} };

function receiveCookie(options: SessionCookieOptions, cookieHeader: string) {
  const cookies = new SessionCookies(resolveCookieOptions({ maxHeaderSize: 100_000, ...options }));
  const received = cookies.receive({
    cookieHeader,
    host: 'shop.example',
    https: true,
    isPlainHttp: false,
    path: '/',
  });
  return {
    value: received.candidates[0],
    hasCookie: received.hasCookie,
    replace: (value: string, maxAge: number) => received.set(value, maxAge, content).map(serializeCookie),
    remove: () => received.clear().map(serializeCookie),
  };
}

/** A browser's cookie jar, and what a server with these options reads from it. */
function openJar(options: SessionCookieOptions = { chunks: 3 }) {
  const jar = createCookieJar();
  const receive = () => receiveCookie(options, jar.header());
  return {
    ...jar,
    receive,
    names: () => [...jar.cookies.keys()].sort(),
    /** One response that sets a value. */
    store(value: string) {
      const setCookies = receive().replace(value, 60);
      jar.keep(setCookies);
      return setCookies;
    },
  };
}

const chunkNames = (count: number) => Array.from({ length: count }, (_, index) => `${name}.${index}`);

describe('a session cookie that may be split', () => {
  it('comes back whole, whatever its value, in cookies that browsers keep', () => {
    const values = fc.oneof(
      fc.string({
        minLength: 1,
        maxLength: 10_000,
        size: 'max',
        unit: fc.constantFrom('a', 'Z', '0', '-', '*', '.'),
      }),
      fc.string({ minLength: 1, maxLength: 50, size: 'max', unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), (sequence) => {
        const jar = openJar({ chunks: 8 });
        for (const value of sequence) {
          const setCookies = jar.store(value);
          for (const setCookie of setCookies) expect(setCookie.length).toBeLessThanOrEqual(4096);
          expect(jar.receive()).toMatchObject({ value, hasCookie: true });
        }
      }),
    );
  });

  it('uses one cookie while that is enough, then name.0, name.1 and so on, and leaves no stale one behind', () => {
    const jar = openJar();
    jar.store('a'.repeat(4000));
    expect(jar.names()).toEqual([name]);
    jar.store('b'.repeat(9000));
    expect(jar.names()).toEqual(chunkNames(3));
    jar.store('c'.repeat(5000));
    expect(jar.names()).toEqual(chunkNames(2));
    jar.store('d');
    expect(jar.names()).toEqual([name]);
    expect(jar.receive().value).toBe('d');
  });

  it('fills each cookie to the last byte, attributes included', () => {
    const jar = openJar();
    expect(
      jar
        .store('a'.repeat(9000))
        .map(({ length }) => length)
        .slice(0, 2),
    ).toEqual([4096, 4096]);
  });

  it('has the same attributes on every piece', () => {
    for (const setCookie of openJar().store('a'.repeat(9000))) {
      expect(setCookie).toMatch(
        /^__Host-session\.\d=[^;]+; Max-Age=60; Path=\/; HttpOnly; Secure; Priority=High; SameSite=Lax$/,
      );
    }
  });

  it('does not mistake what a parallel response left behind for one of its pieces', () => {
    const jar = openJar();
    const parallel = jar.receive();
    jar.store('a'.repeat(9000));
    jar.keep(parallel.replace('b'.repeat(5000), 60));
    expect(jar.names()).toEqual(chunkNames(3));
    expect(jar.receive().value).toBe('b'.repeat(5000));
    jar.store('c'.repeat(5000));
    expect(jar.names()).toEqual(chunkNames(2));
  });

  it('holds no session when a piece is missing or sent twice, and can still be removed', () => {
    const missing = openJar();
    missing.store('a'.repeat(9000));
    missing.cookies.delete(`${name}.1`);
    expect(missing.receive()).toMatchObject({ value: undefined, hasCookie: true });
    missing.keep(missing.receive().remove());
    expect(missing.names()).toEqual([]);

    const jar = openJar();
    jar.store('a'.repeat(9000));
    const options = { chunks: 3 };
    const header = `${jar.header()}; ${name}.1=planted`;
    expect(receiveCookie(options, header)).toMatchObject({ value: undefined, hasCookie: true });
  });

  it('is removed with all possible pieces, including those that a parallel response set', () => {
    const jar = openJar();
    jar.store('a');
    const parallel = jar.receive();
    jar.store('b'.repeat(9000));
    jar.keep(parallel.remove());
    expect(jar.names()).toEqual([]);
  });

  it('is rejected when it would need too many pieces, or be too large for a server', () => {
    const tooLarge = expect.objectContaining({ code: 'TOO_LARGE' });
    expect(() => openJar({ chunks: 2 }).receive().replace('a'.repeat(9000), 60)).toThrow(tooLarge);
    expect(() =>
      openJar({ chunks: 8, maxHeaderSize: 12_288 }).receive().replace('a'.repeat(12_288), 60),
    ).toThrow(tooLarge);
    expect(() => openJar({ maxHeaderSize: 2048 }).receive().replace('a'.repeat(2048), 60)).toThrow(tooLarge);
    expect(openJar({ chunks: 8, maxHeaderSize: 12_288 }).store('a'.repeat(12_000)).length).toBeGreaterThan(1);
  });

  it('can be read from any header without an exception', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(name, ...chunkNames(9)), fc.string({ unit: 'binary' }))),
        (pairs) => {
          const header = pairs.map((pair) => pair.join('=')).join('; ');
          const options = { chunks: 8 };
          const { value, remove } = receiveCookie(options, header);
          expect(value === undefined || value.length > 0).toBe(true);
          expect(remove().length).toBeGreaterThanOrEqual(9);
        },
      ),
    );
  });

  it('is a single cookie once splitting is turned off, and its old pieces are not read', () => {
    const jar = openJar();
    jar.store('a'.repeat(9000));
    const options = {};
    const received = receiveCookie(options, jar.header());
    expect(received).toMatchObject({ value: undefined, hasCookie: false });
    expect([received.replace('b', 60), received.remove()].map(({ length }) => length)).toEqual([1, 1]);
  });

  it.each([0, 9, 1.5, '2'])('refuses %j for chunks', (chunks) => {
    expect(() => resolveCookieOptions({ chunks } as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('cookie.chunks') }),
    );
  });
});
