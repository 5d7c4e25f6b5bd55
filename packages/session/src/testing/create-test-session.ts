import { createSessionId, type SaveOptions, type SessionData, type SessionStore } from '@store/core';
import { stringifyCookie } from 'cookie';
import { resolveCookieOptions, type SessionCookieOptions } from '../cookie/cookie-options.ts';
import { insecureName } from '../cookie/session-cookie.ts';

export interface TestSessionOptions extends SaveOptions {
  /** Flash values that an earlier request left. @default none */
  flash?: SessionData;
  /** The `cookie` option of the middleware, if it has one. */
  cookie?: SessionCookieOptions;
}

/**
 * Stores a session and returns the `Cookie` header of the browser that has it, so that a test begins signed in.
 *
 * The header names the cookie both with and without its prefix; a request reads exactly one of them.
 *
 * @throws {StoreError} what `save` of the store throws.
 * @example
 * const cookie = await createTestSession(store, { userId: '7' });
 * const response = await fetch(`${origin}/account`, { headers: { cookie } });
 */
export async function createTestSession(
  store: SessionStore,
  data: SessionData,
  options: TestSessionOptions = {},
): Promise<string> {
  const { flash = {}, cookie, ...saveOptions } = options;
  const { name } = resolveCookieOptions(cookie);
  const id = createSessionId();
  await store.save(id, data, flash, saveOptions);
  const value = await store.cookieValue(id, data, flash, saveOptions);
  return stringifyCookie({ [name]: value, [insecureName(name)]: value });
}
