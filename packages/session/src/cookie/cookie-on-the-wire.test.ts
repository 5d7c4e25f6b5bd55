import { afterEach, describe, expect, it, vi } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { sessionHandler } from '../node.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The `Set-Cookie` of a first visit, and whether the session is recognized on the second one. */
async function visitTwice(environment: string, headers: Record<string, string>) {
  vi.stubEnv('NODE_ENV', environment);
  const { store } = createMemoryStore();
  const { browser } = await serve(
    sessionHandler(
      (_request, response, session) => {
        const isNew = String(session.isNew);
        session.set('seen', true);
        response.end(isNew);
      },
      { store },
    ),
  );
  const { visit } = browser();
  const [setCookie] = (await visit('/', { headers })).setCookies;
  return { setCookie, isNew: (await visit('/', { headers })).body };
}

const secure =
  /^__Host-session=[\w-]{43}; Max-Age=7200; Path=\/; HttpOnly; Secure; Priority=High; SameSite=Lax$/;
const plain = /^session=[\w-]{43}; Max-Age=7200; Path=\/; HttpOnly; Priority=High; SameSite=Lax$/;

describe('the cookie on the wire', () => {
  const cases: [string, string, Record<string, string>, RegExp][] = [
    ['in production', 'production', { host: 'shop.example' }, secure],
    ['in production behind a proxy that sends Host: 127.0.0.1', 'production', { host: '127.0.0.1' }, secure],
    [
      'in development behind a proxy that uses https',
      'development',
      { 'x-forwarded-proto': 'https, http' },
      secure,
    ],
    ['in development on another host', 'development', { host: '192.168.1.7:3000' }, secure],
    ['in development on loopback over http', 'development', { host: 'localhost:3000' }, plain],
    ['in tests on loopback over http', 'test', {}, plain],
  ];
  for (const [where, environment, headers, expected] of cases) {
    it(`is ${expected === plain ? 'plain' : 'Secure and __Host-'} ${where}`, async () => {
      const { setCookie, isNew } = await visitTwice(environment, headers);
      expect(setCookie).toMatch(expected);
      expect(isNew).toBe('false');
    });
  }

  it('is not read in production if it was set in development, or vice versa', async () => {
    const { store } = createMemoryStore();
    const id = 'i'.repeat(43);
    await store.save(id, { a: 1 }, {});
    for (const [environment, cookie] of [
      ['production', `session=${id}`],
      ['development', `__Host-session=${id}`],
    ] as const) {
      vi.stubEnv('NODE_ENV', environment);
      const { send } = await serve(
        sessionHandler((_request, response, session) => void response.end(String(session.isNew)), { store }),
      );
      expect((await send('/', { headers: { cookie } })).body).toBe('true');
    }
  });
});
