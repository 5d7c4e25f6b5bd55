import { createSessionId, type SaveOptions, type SessionData, type SessionStore } from '@store/core';
import { assertKnownOptions, invalidOption } from '@store/core/driver';
import { stringifyCookie } from 'cookie';
import { assertOptions, assertStore } from '../arguments.ts';
import { resolveCookieOptions, type SessionCookieOptions } from '../cookie/cookie-options.ts';
import { insecureName } from '../cookie/session-cookie.ts';
import { checkLifetime } from '../session/lifetime.ts';

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
 * const cookie = await createTestSession(store, { userId: '7' });
 * const response = await fetch(`${origin}/account`, { headers: { cookie } });
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
