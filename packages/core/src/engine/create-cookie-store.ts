import type { SessionStore } from '../contract/session-store.ts';
import type { CookieSession, CookieStoreDriver } from '../contract/store-driver.ts';
import { readClock } from '../rules/clock.ts';
import { assertFunctions } from '../rules/driver-functions.ts';
import { assertSessionContent } from '../rules/json-value.ts';
import { createReport } from '../rules/report.ts';
import { assertSaveOptions } from '../rules/save-options.ts';
import { assertSessionId, isSessionId } from '../rules/session-id.ts';
import type { StoreOptions } from '../rules/store-options.ts';
import { assertSubject } from '../rules/subject.ts';
import { effectiveExpiry, nextExpiry, resolveTimeouts } from '../rules/timeouts.ts';
import { assembleStore } from './assemble-store.ts';
import { createCallBackend } from './backend-call.ts';
import { isSessionContent } from './driver-content.ts';
import { missingSession, storedSession } from './stored-session.ts';
import { unsupported } from './unsupported.ts';

const required = ['load', 'cookieValue'] as const;
const noRecord = 'the session is in the cookie, and only cookieValue() writes it';

/**
 * Makes a store that keeps the session inside the cookie (seed: `new_cookie`).
 *
 * `load` takes the cookie's value; `cookieValue` is the only write; `save` and `gc` do nothing, as in the seed; `update`,
 * `touch` and `list` are `UNSUPPORTED`; `destroy` and `destroyAll` revoke if the driver can.
 *
 * @param driver `load` and `cookieValue`, and for revocation `destroy` and `destroyAll`.
 * @param options Timeouts in seconds, judged by core from the times inside the cookie; `onEvent`; `name`.
 * @throws {StoreError} `INVALID_OPTION` when a function is missing or a timeout cannot be right.
 * @example
 * const store = createCookieStore({ load: (value) => open(value), cookieValue: (session) => seal(session) });
 */
export function createCookieStore(driver: CookieStoreDriver, options: StoreOptions = {}): SessionStore {
  const { name = '@store/core', onEvent } = options;
  assertFunctions(name, 'driver', driver, required);
  const timeouts = resolveTimeouts(name, options);
  const report = createReport(name, onEvent);
  const callBackend = createCallBackend(name);
  const clock = () => readClock(name, timeouts.now);

  return assembleStore({
    kind: 'cookie',
    name,
    timeouts,
    report,
    callBackend,
    methods: {
      async load(value) {
        const missing = missingSession('');
        if (typeof value !== 'string' || value === '') return missing;
        const now = clock();
        const found = await callBackend('open a cookie', () => driver.load(value));
        if (!found || !isSessionContent(found) || !isSessionId(found.id)) return missing;
        const expiresAt = effectiveExpiry(timeouts, found.createdAt, found.expiresAt);
        // Also false for a time that is no number.
        if (!(now < expiresAt)) return missing;
        return storedSession(found.id, found, { ...found, expiresAt });
      },
      async cookieValue(id, data, flash, saveOptions = {}) {
        assertSessionId(id);
        assertSaveOptions(name, saveOptions);
        assertSessionContent({ data, flash });
        const now = clock();
        const { subject, idleTimeout, createdAt = now, version } = saveOptions;
        const session: CookieSession = {
          id,
          data,
          flash,
          createdAt,
          expiresAt: nextExpiry(timeouts, now, createdAt, idleTimeout),
          ...(subject !== undefined && { subject }),
          ...(idleTimeout !== undefined && { idleTimeout }),
          ...(version !== undefined && { version }),
        };
        return callBackend('seal a cookie', () => driver.cookieValue(session));
      },
      async save(id, data, flash, saveOptions = {}) {
        assertSessionId(id);
        assertSaveOptions(name, saveOptions);
        assertSessionContent({ data, flash });
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
        throw unsupported(name, 'list', 'a cookie store knows only the sessions it is shown');
      },
      async destroy(id) {
        if (isSessionId(id)) await callBackend('revoke a session', () => driver.destroy?.(id));
      },
      async destroyAll(subject, destroyOptions = {}) {
        assertSubject(subject);
        if (destroyOptions.except !== undefined) assertSessionId(destroyOptions.except);
        if (!driver.destroyAll) {
          throw unsupported(name, 'destroyAll', 'the server keeps no list of cookies to revoke');
        }
        return callBackend('revoke sessions', () => driver.destroyAll?.(subject, destroyOptions) ?? 0);
      },
    },
    close: driver.close && (() => driver.close?.()),
  });
}
