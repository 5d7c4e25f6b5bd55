import type { SessionData, SessionStore, StoreError } from '@store/core';
import { invalidOption } from '@store/core/driver';
import {
  type ResolvedCookieOptions,
  resolveCookieOptions,
  type SessionCookieOptions,
} from '../cookie/cookie-options.ts';
import { createSchemaCheck, type SchemaCheck } from '../session/schema-check.ts';
import type { SessionSchema } from '../session/standard-schema.ts';
import type { OnSessionEvent } from './session-event.ts';

/** What every middleware takes. Durations are in seconds. */
export interface SessionOptions<Data extends object = SessionData, Incoming = unknown> {
  /** The store to use. @default the cached one, looked up at each request */
  store?: SessionStore;
  /** How the cookie looks. */
  cookie?: SessionCookieOptions;
  /** Judges values at `set` and when loaded; any Standard Schema, such as Zod's. A stored value that does not fit reads as missing. */
  schema?: SessionSchema<Data>;
  /** Seconds between two renewals of an otherwise unchanged session and its cookie. @default a tenth of the idle timeout */
  touchAfter?: number;
  /** Requests that read without extending the session or using up its flash; writes are refused. @default false */
  peek?: boolean | ((request: Incoming) => boolean);
  /** What a request gets while the store cannot be read: an error, or an empty session that cannot be written. @default 'fail' */
  onStoreFailure?: 'fail' | 'anonymous';
  /** Seconds the store may take for one call, then it counts as `UNAVAILABLE`. @default 10 */
  timeout?: number;
  /** The chance, 0 to 1, that a response is followed by garbage collection. @default 0.02 */
  gcProbability?: number;
  /** Where that chance is drawn: a number from 0 up to, not including, 1. @default Math.random */
  random?: () => number;
  /** Receives one event per request, and one per garbage collection; no ids, no values. */
  onEvent?: OnSessionEvent;
}

export interface ResolvedSessionOptions<Incoming> {
  store: SessionStore | undefined;
  cookie: ResolvedCookieOptions;
  schema: SchemaCheck;
  touchAfter: number | undefined;
  peek: (request: Incoming) => boolean;
  onStoreFailure: 'fail' | 'anonymous';
  timeout: number;
  gcProbability: number;
  random: () => number;
  onEvent: OnSessionEvent | undefined;
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {StoreError} `INVALID_OPTION` naming the option, what it takes and what it got.
 */
export function resolveSessionOptions<Incoming>(
  options: SessionOptions<never, Incoming>,
): ResolvedSessionOptions<Incoming> {
  const { store, touchAfter, peek = false, onStoreFailure = 'fail', timeout = 10 } = options;
  const { gcProbability = 0.02, random = Math.random, onEvent } = options;
  const refuse = (option: string, takes: string, got: unknown): StoreError =>
    invalidOption('@store/session', option, takes, got);

  if (store !== undefined && typeof store?.load !== 'function')
    throw refuse('store', 'a session store', store);
  if (touchAfter !== undefined && !(touchAfter >= 0))
    throw refuse('touchAfter', 'seconds, 0 or more', touchAfter);
  if (typeof peek !== 'boolean' && typeof peek !== 'function') {
    throw refuse('peek', 'true, false or a function of the request', peek);
  }
  if (onStoreFailure !== 'fail' && onStoreFailure !== 'anonymous') {
    throw refuse('onStoreFailure', "'fail' or 'anonymous'", onStoreFailure);
  }
  // A timer holds no more than 2³¹−1 milliseconds.
  if (!(timeout > 0 && timeout <= 2_147_483))
    throw refuse('timeout', 'seconds, from above 0 to 2147483', timeout);
  if (!(gcProbability >= 0 && gcProbability <= 1))
    throw refuse('gcProbability', 'a number from 0 to 1', gcProbability);
  if (typeof random !== 'function') throw refuse('random', 'a function that answers a number', random);
  if (onEvent !== undefined && typeof onEvent !== 'function') throw refuse('onEvent', 'a function', onEvent);

  return {
    store,
    cookie: resolveCookieOptions(options.cookie),
    schema: createSchemaCheck(options.schema),
    touchAfter,
    peek: typeof peek === 'function' ? peek : () => peek,
    onStoreFailure,
    timeout,
    gcProbability,
    random,
    onEvent,
  };
}
