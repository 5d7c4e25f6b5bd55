import { cachedStore, isStoreError, type SessionStore, type StoredSession } from '@store/core';
import { isLoopback } from '../cookie/loopback.ts';
import { receiveCookie } from '../cookie/received-cookie.ts';
import { type CookieScene, createCookieChooser } from '../cookie/session-cookie.ts';
import { peekOnly, storeUnavailable } from '../session/write-permission.ts';
import { createExchange, type Exchange } from './exchange.ts';
import type { Opening } from './opening.ts';
import { createReport, errorCode } from './report-event.ts';
import { resolveSessionOptions, type SessionOptions } from './session-options.ts';
import { watchStoreCalls, withStatus } from './store-calls.ts';

/** What the lifecycle must know of a request. */
export interface RequestFacts extends CookieScene {
  cookieHeader: string | null | undefined;
}

/** Opens the session of a request. */
export interface SessionLifecycle<Incoming> {
  /**
   * Reads the cookie and loads the session; without a cookie the store is not asked. An unknown id is never adopted.
   *
   * @throws {StoreError} with a `status`: `NO_STORE`, or the store's failure under `onStoreFailure: 'fail'`.
   */
  open(request: Incoming, facts: RequestFacts): Promise<Exchange>;
}

/**
 * The one piece under every adapter.
 *
 * @throws {StoreError} `INVALID_OPTION` when an option cannot be right.
 */
export function createLifecycle<Incoming>(
  options: SessionOptions<never, Incoming>,
): SessionLifecycle<Incoming> {
  const resolved = resolveSessionOptions(options);
  const chooseCookie = createCookieChooser(resolved.cookie);
  const report = createReport(resolved.onEvent);

  function storeInUse(): SessionStore {
    try {
      return resolved.store ?? cachedStore();
    } catch (error) {
      report(() => ({ ...nothingRead, driver: undefined, milliseconds: 0, error: errorCode(error) }));
      throw withStatus(error);
    }
  }

  /** Loads what the cookie names, and writes it into `opening`. */
  async function read(opening: Opening, value: string): Promise<void> {
    const { store, calls } = opening;
    try {
      opening.stored = await calls.call(() => store.load(value));
      opening.absence = opening.stored.exists ? undefined : 'unknown-session';
    } catch (error) {
      const isDown = isStoreError(error, 'UNAVAILABLE') || isStoreError(error, 'CLOSED');
      if (resolved.onStoreFailure === 'anonymous' && isDown) {
        const refusal = () => withStatus(storeUnavailable(error)) as Error;
        opening.readOnly = { because: 'anonymous', reason: 'store-failure', error: refusal };
        return;
      }
      report(() => ({
        ...nothingRead,
        driver: store.name,
        milliseconds: calls.spent(),
        error: errorCode(error),
      }));
      throw withStatus(error);
    }
  }

  return {
    async open(request, facts) {
      const store = storeInUse();
      const cookie = chooseCookie(facts);
      const received = receiveCookie(cookie, facts.cookieHeader);
      const opening: Opening = {
        store,
        cookie,
        received,
        stored: nothing(),
        absence: received.absence,
        readOnly: undefined,
        calls: watchStoreCalls(store.name, resolved.timeout),
        isDropped: () => cookie.secure && !facts.https && !isLoopback(facts.host),
        report,
      };
      if (received.value !== undefined) await read(opening, received.value);
      if (!opening.readOnly && resolved.peek(request)) {
        opening.readOnly = { because: 'peeked', reason: 'peek', error: peekOnly };
      }
      return createExchange(opening, resolved);
    },
  };
}

const nothingRead = {
  type: 'request',
  outcome: 'failed',
  cookie: 'skipped',
  reason: 'store-failure',
} as const;

function nothing(): StoredSession {
  return { id: '', exists: false, data: {}, flash: {} };
}
