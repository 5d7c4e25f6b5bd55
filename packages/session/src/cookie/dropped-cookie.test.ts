import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryStore } from '../../test/memory-store.ts';
import type { SessionCookieOptions } from './cookie-options.ts';

beforeEach(() => {
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What a new process prints to the console when a site is visited. */
async function consoleOf(
  urls: readonly string[],
  options: SessionCookieOptions,
  headers: Record<string, string> = {},
): Promise<unknown[]> {
  const { sessionHandler } = await import('../fetch.ts');
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const { store } = createMemoryStore();
  const handler = sessionHandler(
    (request, session) => {
      if (!request.url.endsWith('/read')) session.set('n', 1);
      return new Response('ok');
    },
    { store, cookie: options },
  );
  for (const url of urls) await handler(new Request(url, { headers }));
  return warn.mock.calls.map(([line]) => line);
}

const lan = 'http://192.168.1.7:3000/';

describe('a cookie that browsers drop', () => {
  it.each(['production', 'development', 'test'])(
    'is reported once on the console, in %s',
    async (environment) => {
      vi.stubEnv('NODE_ENV', environment);
      expect(await consoleOf([lan, lan, lan], {})).toEqual([
        expect.stringMatching(/browsers drop.*Serve https.*X-Forwarded-Proto: https.*secure: false/),
      ]);
    },
  );

  it('is reported, with possible fixes, when its domain belongs to another host', async () => {
    const urls = ['https://shop.example/', 'https://shop.example/'];
    expect(await consoleOf(urls, { domain: 'other.example' })).toEqual([
      expect.stringMatching(/not in cookie\.domain.*correct it.*Host header/),
    ]);
  });

  it.each<[string, string, SessionCookieOptions, Record<string, string>]>([
    ['with secure: false', lan, { secure: false }, {}],
    ['on loopback', 'http://127.0.0.1:3000/', {}, {}],
    ['behind a proxy that says https', lan, {}, { 'X-Forwarded-Proto': 'https' }],
    ['when no cookie is set', `${lan}read`, {}, {}],
    [
      'behind a proxy that passes on the host',
      'https://10.0.0.7/',
      { domain: 'shop.example' },
      { 'X-Forwarded-Host': 'www.shop.example' },
    ],
  ])('is not reported %s', async (_, url, options, headers) => {
    expect(await consoleOf([url], options, headers)).toEqual([]);
  });
});
