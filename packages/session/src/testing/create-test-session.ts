import { createSessionId, type SaveOptions, type SessionData, type SessionStore } from '@store/core';
import { assertKnownOptions, invalidOption } from '@store/core/driver';
import { stringifyCookie } from 'cookie';
import { assertOptions, assertStore } from '../arguments.ts';
import { resolveCookieOptions, type SessionCookieOptions } from '../cookie/cookie-options.ts';
import { insecureName } from '../cookie/session-cookie.ts';
import { checkLifetime } from '../session/lifetime.ts';

/**
 * The options of {@link createTestSession}.
 *
 * @example
 * import { startSession } from '@store/core/memory';
 * import { createTestSession, readSession, type TestSessionOptions } from '@store/session';
 *
 * const store = await startSession();
 * const options: TestSessionOptions = { subject: 'user-7', flash: { notice: 'Welcome' } };
 * const session = await readSession(await createTestSession(store, { name: 'Ada' }, options));
 * session.getFlash('notice'); // 'Welcome'
 */
export interface TestSessionOptions extends SaveOptions {
  /** Flash values, as if left by an earlier request. @default none */
  flash?: SessionData;
  /** The `cookie` option of the middleware, if it has one. */
  cookie?: SessionCookieOptions;
}

/** The names of {@link TestSessionOptions}. */
export const testSessionOptionNames = [
  'flash',
  'cookie',
  'subject',
  'idleTimeout',
  'expireOnClose',
] as const satisfies readonly (keyof TestSessionOptions)[];

/**
 * Stores a session and returns the `Cookie` header that a browser would send for it, so that a test starts signed in.
 *
 * The header contains the cookie both with and without its name prefix; a request reads exactly one of them.
 *
 * @throws {StoreError} `INVALID_OPTION`, and any error of the store's `save`.
 * @example
 * import { startSession } from '@store/core/memory';
 * import { createTestSession, withSession } from '@store/session';
 *
 * const store = await startSession();
 * const cookie = await createTestSession(store, { name: 'Ada' }, { subject: 'user-7' });
 * const request = new Request('https://shop.example/account', { headers: { cookie } });
 * const response = await withSession(request, undefined, (session) => Response.json(session.all()));
 * await response.json(); // { name: 'Ada' }
 */
export async function createTestSession(
  store: SessionStore,
  data: SessionData,
  options: TestSessionOptions = {},
): Promise<string> {
  const call = 'createTestSession(store, data, options)';
  assertStore(store, call);
  assertOptions(options, call);
  assertKnownOptions('@store/session', options, testSessionOptionNames, 'createTestSession()');
  const { flash = {}, cookie, subject, idleTimeout, expireOnClose } = options;
  if (typeof flash !== 'object' || flash === null || Array.isArray(flash))
    throw invalidOption('@store/session', 'flash', 'an object of values by key', flash);
  const saveOptions = {
    ...(subject !== undefined && { subject }),
    ...checkLifetime({ idleTimeout, expireOnClose }, { store }),
  };
  const { name } = resolveCookieOptions(cookie);
  const id = createSessionId();
  await store.save(id, data, flash, saveOptions);
  const value = await store.cookieValue(id, data, flash, saveOptions);
  return stringifyCookie({ [name]: value, [insecureName(name)]: value });
}
