import {
  type Awaitable,
  type CookieSession,
  type CookieStoreDriver,
  isPromise,
  type MovedCookieSession,
} from '../contract/drivers.ts';
import type { CookieValueOptions, SessionStore } from '../contract/session-store.ts';
import {
  missingSession,
  type SessionData,
  type StoredSession,
  storedSession,
} from '../contract/stored-session.ts';
import { callBackend, invalidOption, StoreError, unsupported } from '../errors.ts';
import { assertSessionContent } from '../format/json-value.ts';
import { assertPayloadFits, defaultMaxBytes, encodePayload, isSessionContent } from '../format/payload.ts';
import { assertSessionId, isSessionId } from '../format/session-id.ts';
import {
  assertMethodOptions,
  assertSaveOptions,
  assertSubject,
  resolveStoreOptions,
  type StoreOptions,
} from '../options/options.ts';
import { effectiveExpiry, nextExpiry } from '../options/timeouts.ts';
import { createReport } from '../report.ts';
import { assembleStore } from './assemble-store.ts';

const required = ['load', 'cookieValue'] as const;
const noRecord = 'the session is in the cookie, and only cookieValue() writes it';
const noList = 'its sessions are in the cookies, and the server keeps no list of them';

/**
 * Makes a store that keeps the session inside the cookie.
 *
 * `load` expects the cookie's value. `cookieValue` is the only write: `save` only checks its arguments, and `gc` removes nothing.
 * `create`, `update`, `touch`, `list`, `count`, `entries` and `clear` are `UNSUPPORTED`. `destroy` and `destroyAll` revoke sessions
 * if the driver supports it.
 *
 * @param driver `load` and `cookieValue`, plus `destroy` and `destroyAll` for revocation.
 * @param options Timeouts in seconds, which core checks against the times inside the cookie; `maxBytes`; `onEvent`; `name`.
 * @throws {StoreError} `INVALID_OPTION` when a function is missing, or an option is unknown or invalid.
 * @example
 * import { type CookieSession, createCookieStore, createSessionId } from '@store/core';
 * const sealed = new Map<string, CookieSession>();
 * const store = createCookieStore({
 *   load: (value) => sealed.get(value),
 *   cookieValue(session) {
 *     const value = createSessionId(); // a real driver encrypts the session instead
 *     sealed.set(value, session);
 *     return value;
 *   },
 * });
 * const cookie = await store.cookieValue(createSessionId(), { cart: ['tea'] }, {});
 * console.log((await store.load(cookie)).data); // { cart: ['tea'] }
 */
export function createCookieStore(driver: CookieStoreDriver, options: StoreOptions = {}): SessionStore {
  const { name, timeouts } = resolveStoreOptions(options, 'driver', driver, required);
  const { maxBytes = defaultMaxBytes, onEvent } = options;
  const report = createReport(name, onEvent);

  /** A seal is longer than its content, so a short seal needs no further check. */
  function assertFits(value: string, session: CookieSession): void {
    if (value.length > maxBytes) assertPayloadFits(name, encodePayload(session), maxBytes, session);
  }

  /** Calls the caller's `accept`, which may be an `async` function despite its type. */
  function callAccept(accept: (value: string) => unknown, value: string): void {
    const result = accept(value);
    if (!isPromise(result)) return;
    // This call fails anyway, so a rejection of the promise must not go unhandled.
    result.then(undefined, () => {});
    throw new StoreError('INVALID_OPTION', `[${name}] accept returned a promise. Make it synchronous.`);
  }

  /**
   * Seals the session. The check runs before the driver retires the old id; if the driver does not call it, it runs on the
   * returned value.
   */
  function seal(session: CookieSession, check: CookieValueOptions['accept']): Awaitable<string> {
    const state: { accepted?: string; refusal?: { error: unknown } | undefined } = {};
    const accept = (value: string) => {
      try {
        assertFits(value, session);
        if (check) callAccept(check, value);
        state.accepted = value;
        state.refusal = undefined;
      } catch (error) {
        state.refusal = { error };
        throw error;
      }
    };
    const finish = (value: string) => {
      if (state.refusal) throw state.refusal.error;
      if (value !== '' && value !== state.accepted) accept(value);
      return value;
    };
    // An error thrown by `check` is the caller's, not a backend failure.
    const fail = (error: unknown): never => {
      throw state.refusal ? state.refusal.error : error;
    };
    let sealed: Awaitable<string>;
    try {
      sealed = callBackend(name, 'seal a cookie', () => driver.cookieValue(session, accept));
    } catch (error) {
      return fail(error);
    }
    return isPromise(sealed) ? sealed.then(finish, fail) : finish(sealed);
  }

  const notLoaded = (option: string, got: unknown) =>
    invalidOption(name, option, 'what load() returned for this session', got);

  /** The session inside a seal, if it is live under the current timeouts. */
  function opened(found: CookieSession | MovedCookieSession | undefined, now: number): StoredSession {
    if (found && 'moved' in found && found.moved)
      return { ...missingSession(isSessionId(found.id) ? found.id : ''), moved: true };
    if (!found || !isSessionContent(found) || !isSessionId(found.id)) return missingSession('');
    const expiresAt = effectiveExpiry(timeouts, found.createdAt, found.expiresAt);
    // Written this way so that NaN is treated as expired.
    if (!(now < expiresAt)) return missingSession('');
    return storedSession(found.id, { ...found, expiresAt });
  }

  return assembleStore({
    kind: 'cookie',
    name,
    timeouts,
    report,
    methods: {
      endsSessions: driver.destroy !== undefined,
      endsBySubject: driver.destroyAll !== undefined,
      planMove() {},
      load(value) {
        if (typeof value !== 'string' || value === '') return missingSession('');
        const now = timeouts.now();
        const found = callBackend(name, 'open a cookie', () => driver.load(value));
        return isPromise(found) ? found.then((session) => opened(session, now)) : opened(found, now);
      },
      cookieValue(id, data, flash, saveOptions = {}) {
        assertSessionId(id);
        assertSaveOptions(name, 'cookieValue', saveOptions);
        assertSessionContent({ data, flash });
        const now = timeouts.now();
        const { subject, idleTimeout, expireOnClose, createdAt = now } = saveOptions;
        const { family, version, unknownFields, accept } = saveOptions;
        if (!Number.isFinite(createdAt))
          throw invalidOption(name, 'createdAt', 'epoch milliseconds', createdAt);
        if (version !== undefined && typeof version !== 'number') throw notLoaded('version', version);
        if (family !== undefined && typeof family !== 'string') throw notLoaded('family', family);
        if (unknownFields !== undefined && !isObject(unknownFields))
          throw notLoaded('unknownFields', unknownFields);
        if (accept !== undefined && typeof accept !== 'function')
          throw invalidOption(name, 'accept', 'a function', accept);
        const session: CookieSession = {
          id,
          data,
          flash,
          createdAt,
          expiresAt: nextExpiry(timeouts, now, createdAt, idleTimeout),
        };
        if (subject !== undefined) session.subject = subject;
        if (idleTimeout !== undefined) session.idleTimeout = idleTimeout;
        if (expireOnClose !== undefined) session.expireOnClose = expireOnClose;
        if (family !== undefined) session.family = family;
        if (version !== undefined) session.version = version;
        if (unknownFields !== undefined) session.unknownFields = unknownFields;
        return seal(session, accept);
      },
      async save(id, data, flash, saveOptions = {}) {
        assertSessionId(id);
        assertSaveOptions(name, 'save', saveOptions);
        assertSessionContent({ data, flash });
      },
      async create() {
        throw unsupported(name, 'create', noRecord);
      },
      async gc() {
        return 0;
      },
      async update() {
        throw unsupported(name, 'update', noRecord);
      },
      async touch() {
        throw unsupported(name, 'touch', noRecord);
      },
      async list() {
        throw unsupported(name, 'list', noList);
      },
      async count() {
        throw unsupported(name, 'count', noList);
      },
      // biome-ignore lint/correctness/useYield: a generator, so that it rejects when it is iterated
      async *entries() {
        throw unsupported(name, 'entries', noList);
      },
      async clear() {
        throw unsupported(name, 'clear', noList);
      },
      async destroy(id) {
        if (isSessionId(id)) await callBackend(name, 'revoke a session', () => driver.destroy?.(id));
      },
      async destroyAll(subject, destroyOptions = {}) {
        assertSubject(subject);
        assertMethodOptions(name, 'destroyAll', destroyOptions);
        if (destroyOptions.except !== undefined) assertSessionId(destroyOptions.except);
        if (!driver.destroyAll) {
          throw unsupported(name, 'destroyAll', 'the server keeps no list of cookies to revoke');
        }
        return callBackend(name, 'revoke sessions', () => driver.destroyAll?.(subject, destroyOptions) ?? 0);
      },
    },
    close: driver.close?.bind(driver),
  });
}

/** Only the outer shape is checked: the fields belong to the later version that wrote them. */
function isObject(value: unknown): value is SessionData {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
