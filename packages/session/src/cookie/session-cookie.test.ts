import { afterEach, describe, expect, it, vi } from 'vitest';
import { resolveCookieOptions, type SessionCookieOptions } from './cookie-options.ts';
import { serializeCookie } from './outgoing-cookie.ts';
import { type CookieFacts, SessionCookies } from './session-cookie.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

type Scene = Pick<CookieFacts, 'host' | 'https'>;

function receive(facts: Partial<CookieFacts>, options?: SessionCookieOptions) {
  const { https = true } = facts;
  const given = { cookieHeader: undefined, host: undefined, https, isPlainHttp: !https, path: '/', ...facts };
  return new SessionCookies(resolveCookieOptions(options)).receive(given);
}

function cookieIn(environment: string | undefined, scene: Scene, options?: SessionCookieOptions): string {
  vi.stubEnv('NODE_ENV', environment);
  const cookie = receive(scene, options);
  return cookie
    .set('id', cookie.expireOnClose ? undefined : 60)
    .map(serializeCookie)
    .join();
}

const loopback: Scene = { host: 'localhost:3000', https: false };
const safe = '__Host-session=id; Max-Age=60; Path=/; HttpOnly; Secure; Priority=High; SameSite=Lax';
const plain = 'session=id; Max-Age=60; Path=/; HttpOnly; Priority=High; SameSite=Lax';

describe('the session cookie', () => {
  it('has the __Host- prefix, HttpOnly, Secure, SameSite=Lax and Path=/ in production, whatever the host', () => {
    for (const environment of ['production', undefined, '', 'staging']) {
      for (const host of ['shop.example', '127.0.0.1', 'localhost:3000', undefined]) {
        expect(cookieIn(environment, { host, https: false })).toBe(safe);
      }
    }
  });

  it('lacks Secure and a prefix only in development or test, on loopback, over http', () => {
    for (const environment of ['development', 'test']) {
      for (const host of [
        'localhost',
        'localhost:3000',
        'localhost.:3000',
        '127.0.0.1:80',
        '127.8.9.1',
        '[::1]:3000',
        'shop.localhost',
      ]) {
        expect(cookieIn(environment, { host, https: false })).toBe(plain);
        expect(cookieIn(environment, { host, https: true })).toBe(safe);
      }
      for (const host of [
        'shop.example',
        '127.0.0.1.evil.example',
        'localhost.evil.example',
        'evil-localhost',
        '127.0.0.1-evil',
        '127x0x0x1',
        '192.168.1.7',
        undefined,
      ]) {
        expect(cookieIn(environment, { host, https: false })).toBe(safe);
      }
    }
  });

  it('obeys insecureOnLoopback instead of NODE_ENV', () => {
    expect(cookieIn('production', loopback, { insecureOnLoopback: true })).toBe(plain);
    expect(cookieIn('development', loopback, { insecureOnLoopback: false })).toBe(safe);
    expect(cookieIn('production', { host: 'shop.example', https: false }, { insecureOnLoopback: true })).toBe(
      safe,
    );
  });

  it('has the __Secure- prefix with a domain or another path', () => {
    expect(cookieIn('production', loopback, { domain: 'shop.example' })).toBe(
      '__Secure-session=id; Max-Age=60; Domain=shop.example; Path=/; HttpOnly; Secure; Priority=High; SameSite=Lax',
    );
    expect(cookieIn('production', loopback, { path: '/app', sameSite: 'none', partitioned: true })).toBe(
      '__Secure-session=id; Max-Age=60; Path=/app; HttpOnly; Secure; Partitioned; Priority=High; SameSite=None',
    );
  });

  it('omits attributes in development that browsers reject without Secure', () => {
    const options = { domain: 'shop.example', path: '/app', sameSite: 'none', partitioned: true } as const;
    expect(cookieIn('development', loopback, options)).toBe(
      'session=id; Max-Age=60; Path=/app; HttpOnly; Priority=High; SameSite=Lax',
    );
  });

  it('has no Max-Age when it expires on close', () => {
    expect(cookieIn('production', loopback, { expireOnClose: true })).toBe(
      '__Host-session=id; Path=/; HttpOnly; Secure; Priority=High; SameSite=Lax',
    );
  });

  it('rejects invalid options by name', () => {
    const wrong: [SessionCookieOptions, RegExp][] = [
      [{ name: '__Host-sid', domain: 'shop.example' }, /cookie\.name must be without the prefix __Host-/],
      [{ name: '__host-sid', path: '/app' }, /cookie\.name/],
      [{ name: 'a b' }, /cookie\.name/],
      [{ name: '' }, /cookie\.name/],
      [{ domain: 'a;b' }, /cookie\.domain/],
      [{ path: 'app' }, /cookie\.path/],
      [{ path: '/a;b' }, /cookie\.path/],
      [{ path: '/a?b' }, /cookie\.path/],
      [{ domain: 'https://shop.example' }, /cookie\.domain/],
      [{ domain: 'shop.example:3000' }, /cookie\.domain/],
      [{ domain: '*.shop.example' }, /cookie\.domain/],
      [{ domain: 'com' }, /cookie\.domain/],
      [{ domain: 'süß.example' }, /cookie\.domain/],
      [{ secure: false, sameSite: 'none' }, /cookie\.sameSite must be left out/],
      [{ secure: false, partitioned: true }, /cookie\.partitioned must be left out/],
      [{ secure: false, name: '__Secure-sid' }, /cookie\.name must be left out/],
      [{ priority: 'High' as never }, /cookie\.priority/],
      [{ maxHeaderSize: 100 }, /cookie\.maxHeaderSize/],
      [{ name: 'n'.repeat(2000) }, /cookie must be/],
      [{ maxAge: 60 } as never, /Unknown option cookie\.maxAge: use `idleTimeout`/],
      [{ httpOnly: true } as never, /always HttpOnly/],
      [{ signed: true } as never, /needs no signature/],
      [{ sameSitee: 'lax' } as never, /did you mean sameSite/],
      [{ sameSite: 'Lax' as never }, /cookie\.sameSite/],
      [{ partitioned: 1 as never }, /cookie\.partitioned/],
      [{ expireOnClose: 'yes' as never }, /cookie\.expireOnClose/],
      [{ insecureOnLoopback: null as never }, /cookie\.insecureOnLoopback/],
    ];
    for (const [options, text] of wrong) {
      expect(() => resolveCookieOptions(options)).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(text) }),
      );
    }
    expect(resolveCookieOptions({ name: 'sid', domain: 'shop.example' }).name).toBe('sid');
  });

  it('lacks Secure on any host with secure: false', () => {
    expect(cookieIn('production', { host: '192.168.1.7', https: false }, { secure: false })).toBe(plain);
  });

  it('is recognized as dropped when it is Secure over http, or its domain is not the host’s', () => {
    const reason = (facts: Partial<CookieFacts>, options?: SessionCookieOptions) =>
      receive(facts, options).reasonDropped(undefined);
    expect(reason({ host: '192.168.1.7', https: false }, { secure: false })).toBeUndefined();
    expect(reason({ host: '192.168.1.7', https: false })).toBe('secure-cookie-over-http');
    expect(reason({ host: 'localhost', https: false }, { insecureOnLoopback: false })).toBeUndefined();

    const shared = { domain: '.Shop.example' };
    for (const host of ['shop.example', 'www.shop.example:8443', 'SHOP.EXAMPLE', undefined])
      expect(reason({ host }, shared)).toBeUndefined();
    for (const host of ['myshop.example', 'example', 'shop.example.evil.test', '192.168.1.7'])
      expect(reason({ host }, shared)).toBe('domain-of-another-host');
    expect(reason({ host: 'anything.example' })).toBeUndefined();

    const behindProxy = receive({ host: '10.0.0.7:3000' }, shared);
    expect(behindProxy.reasonDropped('www.shop.example, 10.0.0.6')).toBeUndefined();
    expect(behindProxy.reasonDropped('www.other.example')).toBe('domain-of-another-host');
  });

  it('is not set outside its path', () => {
    const outside = (path: string | undefined) => receive({ path }, { path: '/app' }).isOutsidePath;
    expect(['/', '/application', '/api/app'].map(outside)).toEqual([true, true, true]);
    expect(['/app', '/app/', '/app/cart', undefined].map(outside)).toEqual([false, false, false, false]);
  });
});

describe('several cookies with the same name', () => {
  const twice = {
    cookieHeader: 'a=1; __Secure-sid=one; __Secure-sid=two',
    host: 'www.shop.example',
    path: '/app/cart',
  };
  const options = { name: '__Secure-sid', domain: 'shop.example' };

  it('are all candidates, up to six, or up to the two that can exist under __Host-', () => {
    expect(receive(twice, options)).toMatchObject({ candidates: ['one', 'two'], isAmbiguous: false });
    const flood = (name: string) => Array.from({ length: 7 }, (_, n) => `${name}=${n}`).join('; ');
    expect(receive({ cookieHeader: flood('__Secure-sid') }, options)).toMatchObject({
      candidates: ['0', '1', '2', '3', '4', '5'],
      isAmbiguous: true,
    });
    expect(receive({ cookieHeader: flood('__Host-session') })).toMatchObject({
      candidates: ['0', '1'],
      isAmbiguous: true,
    });
  });

  it('are cleared in every variant that the request could have carried', () => {
    const cleared = receive(twice, options)
      .clear()
      .map(({ options: { domain, path, partitioned } }) =>
        [domain ?? 'host', path, partitioned ? 'partitioned' : ''].join(' ').trim(),
      );
    expect(cleared[0]).toBe('shop.example /');
    for (const variant of ['host /', 'host / partitioned', 'www.shop.example /app', 'shop.example /app/']) {
      expect(cleared).toContain(variant);
    }
    expect(new Set(cleared).size).toBe(cleared.length);
    expect(cleared.length).toBeLessThanOrEqual(25);
  });

  it('have only two possible variants under __Host-, and only one is cleared when only one was sent', () => {
    const header = '__Host-session=a; __Host-session=b';
    expect(receive({ cookieHeader: header, host: 'shop.example', path: '/deep/down' }).clear()).toHaveLength(
      2,
    );
    expect(receive({ cookieHeader: '__Host-session=a' }).clear()).toHaveLength(1);
  });
});
