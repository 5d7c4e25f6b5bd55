import { describe, expect, it } from 'vitest';
import { createMemoryStore, createPlainCookieStore } from '../../test/memory-store.ts';
import { wrongTestOptions, wrongUses } from '../../test/wrong-options.ts';
import { sessionHandler } from '../fetch.ts';
import { createTestSession, testSessionOptionNames } from './create-test-session.ts';

describe('createTestSession', () => {
  for (const kind of ['server', 'cookie'] as const) {
    for (const origin of ['https://shop.example', 'http://localhost:3000']) {
      it(`returns a Cookie header that opens the session of a ${kind} store on ${origin}`, async () => {
        const { store } = kind === 'server' ? createMemoryStore() : createPlainCookieStore();
        const cookie = await createTestSession(
          store,
          { name: 'Ada' },
          { flash: { notice: 'hello' }, subject: '7', idleTimeout: 60 },
        );
        const handler = sessionHandler(
          (_request, session) =>
            Response.json([session.get('name'), session.getFlash('notice'), session.subject]),
          { store },
        );
        const response = await handler(new Request(origin, { headers: { cookie } }));
        expect(await response.json()).toEqual(['Ada', 'hello', '7']);
      });
    }
  }

  it('uses the same cookie name as the middleware', async () => {
    const { store } = createMemoryStore();
    expect(await createTestSession(store, {}, { cookie: { name: '__Secure-sid', path: '/app' } })).toMatch(
      /^__Secure-sid=[\w-]{43}; sid=[\w-]{43}$/,
    );
  });

  it('has a table of invalid uses that covers every option', () => {
    expect(Object.keys(wrongTestOptions).sort()).toEqual([...testSessionOptionNames].sort());
  });

  it.each(wrongUses(wrongTestOptions))(
    'rejects an invalid type, value or name: %o',
    async (options, text) => {
      const { store, records } = createMemoryStore();
      await expect(createTestSession(store, {}, options)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(text),
      });
      expect(records.size).toBe(0);
    },
  );

  it('stores the lifetime that a request would find', async () => {
    const { store } = createMemoryStore();
    const lifetime = { idleTimeout: 60, expireOnClose: true };
    const header = await createTestSession(store, { n: 1 }, { ...lifetime, subject: undefined as never });
    expect(await store.load(header.slice(-43))).toMatchObject(lifetime);
  });
});
