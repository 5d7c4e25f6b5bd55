import { cacheStore, createCookieStore, type SessionStore, type StartOptions } from '@store/core';
import { assertKnownOptions, createReport, invalidOption, resolveTimeouts } from '@store/core/driver';
import { createCookieDriver } from './cookie-driver.ts';
import { createKeyring } from './keyring.ts';
import { assertPasswords, type CookiePassword } from './passwords.ts';
import { createPortableSealing } from './portable-sealing.ts';
import { createRevocableDriver } from './revocable-driver.ts';
import { createRevocations } from './revocations.ts';
import { createSynchronousSealing, findSynchronousCrypto } from './synchronous-sealing.ts';

const name = '@store/cookie';

const known = [
  'password',
  'purpose',
  'revocations',
  'onRevocationsFailure',
  'idleTimeout',
  'absoluteTimeout',
  'maxBytes',
  'now',
  'onEvent',
  'cache',
] as const satisfies (keyof CookieSessionOptions)[];

/** Hints for option names used by other libraries that keep the session in the cookie. */
const hints = {
  secret: 'use `password`, a secret of at least 32 characters',
  keys: 'use `password`, a list: the first one seals, all of them open',
  cookieName: 'use `cookie: { name }` of @store/session',
  cookieOptions: 'use `cookie` of @store/session',
};

/**
 * The options of {@link startSession}, in addition to those of every driver.
 *
 * @example
 * import { type CookieSessionOptions, generatePassword, startSession } from '@store/cookie';
 * import * as memory from '@store/core/memory';
 *
 * const options: CookieSessionOptions = {
 *   password: generatePassword(),
 *   revocations: await memory.startSession({ cache: false }),
 * };
 * const store = await startSession(options); // store.destroy(id) also ends copies of the cookie
 */
export interface CookieSessionOptions extends StartOptions {
  /**
   * The secret of at least 32 characters that sessions are sealed with, or a list of secrets: the first one seals, all of them
   * open, and a cookie that was opened with any other one is sealed again. To change the password, put the new one first.
   */
  password: string | CookiePassword | readonly (string | CookiePassword)[];
  /** What the cookies are for. A cookie for one purpose does not open for another, even with the same password. @default 'session' */
  purpose?: string;
  /**
   * A server store that records ended sessions, so that logging out also invalidates copies of the cookie. Give it a separate table or
   * folder, `cache: false`, and an `idleTimeout` at least as long as that of any session. Its `absoluteTimeout` must be
   * `false`, or at least twice its `idleTimeout` plus 12 minutes; the defaults work.
   * @default none: `destroy` does nothing, `destroyAll` is `UNSUPPORTED`
   */
  revocations?: SessionStore;
  /** What to do while that store does not respond: refuse with `UNAVAILABLE`, or trust every seal. @default 'closed' */
  onRevocationsFailure?: 'closed' | 'open';
}

/**
 * Keeps sessions sealed inside the cookie (Iron's Fe26.2: AES-256-CBC, HMAC-SHA-256), and caches the store unless `cache` is
 * false. The server keeps nothing; when requests run concurrently, the last response wins.
 *
 * A cookie that was changed, has expired, or was made with another password or purpose counts as no session, never as an error.
 *
 * @returns The store. Its `close()` leaves `revocations` open.
 * @throws {StoreError} `INVALID_OPTION` naming the option.
 * @example
 * import { generatePassword, startSession } from '@store/cookie';
 * import { cookieValue, createSessionId, load } from '@store/core';
 *
 * const { SESSION_PASSWORD: password = generatePassword() } = process.env; // the same on every server
 * await startSession({ password });
 * const value = await cookieValue(createSessionId(), { user: 'Ada' }, {});
 * console.log((await load(value)).data.user); // Ada
 */
export async function startSession(options: CookieSessionOptions): Promise<SessionStore> {
  assertKnownOptions(name, options, known, '', { hints });
  const {
    password,
    purpose = 'session',
    revocations: ledger,
    onRevocationsFailure = 'closed',
    cache = true,
    ...rest
  } = options ?? {};
  const passwords = assertPasswords(name, password);
  if (typeof purpose !== 'string' || purpose === '' || !purpose.isWellFormed()) {
    throw invalidOption(name, 'purpose', 'a non-empty string', purpose);
  }
  if (onRevocationsFailure !== 'closed' && onRevocationsFailure !== 'open') {
    throw invalidOption(name, 'onRevocationsFailure', "'closed' or 'open'", onRevocationsFailure);
  }
  if (typeof cache !== 'boolean') throw invalidOption(name, 'cache', 'true or false', cache);
  const { idleTimeout, absoluteTimeout, now } = resolveTimeouts(name, rest);
  const longestLife = absoluteTimeout === false ? idleTimeout : Math.min(idleTimeout, absoluteTimeout);
  const revocations =
    ledger === undefined ? undefined : createRevocations(name, purpose, ledger, longestLife);

  const report = createReport(name, rest.onEvent);
  const synchronousCrypto = findSynchronousCrypto();
  const driver = createCookieDriver({
    name,
    purpose,
    keyring: await createKeyring(name, passwords, purpose),
    sealing: synchronousCrypto ? createSynchronousSealing(synchronousCrypto) : createPortableSealing(),
    now,
    onOldPassword: (id) =>
      report({
        type: 'old-password',
        reason: `password ${id} opened a cookie, which will be sealed again with the first password`,
      }),
  });
  const store = createCookieStore(
    revocations
      ? createRevocableDriver({ name, driver, revocations, onFailure: onRevocationsFailure, now, report })
      : driver,
    { ...rest, name },
  );
  if (cache) cacheStore(store);
  return store;
}
