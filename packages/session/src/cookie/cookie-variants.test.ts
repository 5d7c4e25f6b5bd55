import { describe, expect, it } from 'vitest';
import { resolveCookieOptions } from './cookie-options.ts';
import { clearVariants } from './cookie-variants.ts';
import { type CookieAttributes, serializeCookie } from './outgoing-cookie.ts';
import { SessionCookies } from './session-cookie.ts';

const attributes = (own: Partial<CookieAttributes>): CookieAttributes => ({
  path: '/',
  httpOnly: true,
  secure: true,
  sameSite: 'lax',
  priority: 'high',
  ...own,
});
const keyOf = (
  name: string,
  { domain, path, partitioned = false }: { domain?: string | undefined; path: string; partitioned?: boolean },
) => [name, domain, path, partitioned].join(' ');

describe('the variants of a cookie', () => {
  it.each([
    ['a deep host', ['sid'], { path: '/app', domain: 'shop.example.com' }, 'a.b.shop.example.com', '/app/x'],
    [
      'pieces',
      ['sid', ...'01234567'].map((n) => `sid.${n}`),
      { domain: 'shop.example' },
      'www.shop.example',
      '/',
    ],
    ['a deep page', ['sid'], {}, 'www.shop.example', '/account/orders/2026/11/details'],
  ])(
    'are all cleared, except the configured one, within a few responses for %s',
    (_, names, own, host, path) => {
      const configured = attributes(own);
      const cleared = new Set<string>();
      for (let response = 0; response < 60; response += 1)
        for (const { name, options } of clearVariants(names, configured, { host, path }))
          cleared.add(keyOf(name, options));

      const hosts = host
        .split('.')
        .slice(0, -1)
        .map((_label, index) => host.split('.').slice(index).join('.'));
      const parts = path.split('/').slice(1);
      const paths = [
        '/',
        configured.path,
        ...parts.map((_part, index) => `/${parts.slice(0, index + 1).join('/')}`),
      ];
      for (const name of names)
        for (const domain of [undefined, ...hosts])
          for (const each of paths)
            for (const partitioned of [true, false]) {
              const key = keyOf(name, { domain, path: each, partitioned });
              expect([key, cleared.has(key)]).toEqual([key, key !== keyOf(name, configured)]);
            }
    },
  );

  it('stay few even for a request crafted to have many', () => {
    const host = `${'a.'.repeat(120)}example`;
    const path = '/'.repeat(1024);
    const names = ['sid', ...'01234567'].map((n) => `sid.${n}`);
    const cleared = clearVariants(names, attributes({ domain: 'shop.example' }), { host, path });
    expect(cleared.length).toBeLessThanOrEqual(24);
  });

  it('leave room in 4 KiB for the cookies that a logout clears', () => {
    const options = { chunks: 8, domain: 'shop.example', partitioned: true, sameSite: 'none' } as const;
    const cookieHeader = Array.from({ length: 8 }, (_, index) => `__Secure-session.${index}=x`).join('; ');
    const cookie = new SessionCookies(resolveCookieOptions(options)).receive({
      cookieHeader,
      host: 'www.shop.example',
      https: true,
      isPlainHttp: false,
      path: '/account/orders/2026',
    });
    const lines = cookie.clear(true).map(serializeCookie);
    expect(lines.join('\r\nSet-Cookie: ').length).toBeLessThan(3000);
    expect(lines.length).toBeGreaterThan(9);
  });
});
