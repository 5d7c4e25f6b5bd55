import { afterEach, describe, expect, it, vi } from 'vitest';
import { resolveCookieOptions, type SessionCookieOptions } from './cookie-options.ts';
import { type CookieScene, createCookieChooser } from './session-cookie.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

function cookieIn(
  environment: string | undefined,
  scene: CookieScene,
  options?: SessionCookieOptions,
): string {
  vi.stubEnv('NODE_ENV', environment);
  return createCookieChooser(resolveCookieOptions(options))(scene).set('id', 60);
}

const loopback: CookieScene = { host: 'localhost:3000', https: false };
const safe = '__Host-session=id; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax';
const plain = 'session=id; Max-Age=60; Path=/; HttpOnly; SameSite=Lax';

describe('the session cookie', () => {
  it('is __Host-, HttpOnly, Secure, SameSite=Lax, Path=/ in production, whatever the host', () => {
    for (const environment of ['production', undefined, '', 'staging']) {
      for (const host of ['shop.example', '127.0.0.1', 'localhost:3000', undefined]) {
        expect(cookieIn(environment, { host, https: false })).toBe(safe);
      }
    }
  });

  it('goes without Secure and prefix only in development or test, on loopback, over http', () => {
    for (const environment of ['development', 'test']) {
      for (const host of [
        'localhost',
        'localhost:3000',
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

  it('is __Secure- with a domain or another path', () => {
    expect(cookieIn('production', loopback, { domain: 'shop.example' })).toBe(
      '__Secure-session=id; Max-Age=60; Domain=shop.example; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
    expect(cookieIn('production', loopback, { path: '/app', sameSite: 'none', partitioned: true })).toBe(
      '__Secure-session=id; Max-Age=60; Path=/app; HttpOnly; Secure; Partitioned; SameSite=None',
    );
  });

  it('leaves out in development what browsers refuse without Secure', () => {
    const options = { domain: 'shop.example', path: '/app', sameSite: 'none', partitioned: true } as const;
    expect(cookieIn('development', loopback, options)).toBe(
      'session=id; Max-Age=60; Path=/app; HttpOnly; SameSite=Lax',
    );
  });

  it('has no Max-Age when it expires on close', () => {
    expect(cookieIn('production', loopback, { expireOnClose: true })).toBe(
      '__Host-session=id; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
  });

  it('refuses options that cannot be right, by name', () => {
    const wrong: [SessionCookieOptions, RegExp][] = [
      [{ name: '__Host-sid', domain: 'shop.example' }, /cookie\.name must be without the prefix __Host-/],
      [{ name: '__host-sid', path: '/app' }, /cookie\.name/],
      [{ name: 'a b' }, /cookie\.name/],
      [{ name: '' }, /cookie\.name/],
      [{ domain: 'a;b' }, /cookie\.domain/],
      [{ path: 'app' }, /cookie\.path/],
      [{ path: '/a;b' }, /cookie\.path/],
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
});
