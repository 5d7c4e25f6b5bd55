import { isSessionStore, type SessionStore, StoreError } from '@store/core';
import { assertKnownOptions, invalidOption } from '@store/core/driver';
import { resolveCookieOptions, type SessionCookieOptions } from './cookie/cookie-options.ts';
import { SessionCookies } from './cookie/session-cookie.ts';
import type { OnSessionEvent } from './request/events.ts';
import { SchemaCheck, type SessionSchema } from './session/schema.ts';
import type { AppData } from './session/session-types.ts';

/** What every adapter takes. Durations are in seconds. */
export interface SessionOptions<Data extends object = AppData, Incoming = unknown> {
  /** The store to use. @default the cached one, looked up at each request */
  store?: SessionStore;
  /** How the cookie looks. */
  cookie?: SessionCookieOptions;
  /** Judges values at `set` and when loaded; any Standard Schema, such as Zod's. A stored value that does not fit reads as missing. */
  schema?: SessionSchema<Data>;
  /** Seconds between two renewals of an otherwise unchanged session and its cookie. @default a tenth of the idle timeout */
  touchAfter?: number;
  /** Requests that read without extending the session or consuming its flash; writes are refused. @default false */
  peek?: boolean | ((request: Incoming) => boolean);
  /** Whether the store is asked only when a handler does `await getSession(request)`, so that static files cost nothing. @default false */
  lazy?: boolean;
  /** What a request gets while the store cannot be read: an error, or an empty session that cannot be written. @default 'fail' */
  onStoreFailure?: 'fail' | 'anonymous';
  /** Seconds the store may take for one call, then it counts as `UNAVAILABLE`. @default 10 */
  timeout?: number;
  /** The chance, 0 to 1, that a response is followed by garbage collection. @default 0.02 */
  gcProbability?: number;
  /** Where that chance is drawn: a number from 0 up to, not including, 1. @default Math.random */
  random?: () => number;
  /** Receives one event per request, with the request, and one per garbage collection; no ids, no values. */
  onEvent?: OnSessionEvent<Incoming>;
}

const known = [
  'store',
  'cookie',
  'schema',
  'touchAfter',
  'peek',
  'lazy',
  'onStoreFailure',
  'timeout',
  'gcProbability',
  'random',
  'onEvent',
] as const;

/** Session options, checked, with the defaults filled in and the cookies made. */
export interface ResolvedSessionOptions {
  store: SessionStore | undefined;
  cookies: SessionCookies;
  schema: SchemaCheck | undefined;
  touchAfter: number | undefined;
  peek: ((request: never) => boolean) | undefined;
  lazy: boolean;
  onStoreFailure: 'fail' | 'anonymous';
  timeout: number;
  gcProbability: number;
  random: () => number;
  onEvent: OnSessionEvent<never> | undefined;
}

/**
 * Checks the options and fills in the defaults.
 *
 * @param more Names of options that the adapter takes in addition.
 * @throws {StoreError} `INVALID_OPTION` naming the option, what it takes and what it got.
 */
export function resolveSessionOptions(given: object, more: readonly string[] = []): ResolvedSessionOptions {
  assertPlaceOf(given);
  const options: SessionOptions<never, never> = given;
  assertBelongsHere(options);
  assertKnownOptions('@store/session', options, [...known, ...more]);
  const { store, schema, touchAfter, peek = false, lazy = false, onStoreFailure = 'fail' } = options;
  const { timeout = 10, gcProbability = 0.02, random = Math.random, onEvent } = options;

  if (store !== undefined && !isSessionStore(store)) {
    const isPromise = typeof (store as { then?: unknown } | null)?.then === 'function';
    throw refuse(
      'store',
      isPromise ? 'a session store, from await startSession(…)' : 'a session store',
      store,
    );
  }
  if (touchAfter !== undefined && !isNumber(touchAfter, 0, Number.MAX_SAFE_INTEGER))
    throw refuse('touchAfter', 'seconds, 0 or more', touchAfter);
  if (typeof peek !== 'boolean' && typeof peek !== 'function')
    throw refuse('peek', 'true, false or a function of the request', peek);
  if (typeof lazy !== 'boolean') throw refuse('lazy', 'true or false', lazy);
  if (onStoreFailure !== 'fail' && onStoreFailure !== 'anonymous')
    throw refuse('onStoreFailure', "'fail' or 'anonymous'", onStoreFailure);
  // A timer holds no more than 2³¹−1 milliseconds.
  if (!isNumber(timeout, Number.MIN_VALUE, 2_147_483))
    throw refuse('timeout', 'seconds, from above 0 to 2147483', timeout);
  if (!isNumber(gcProbability, 0, 1)) throw refuse('gcProbability', 'a number from 0 to 1', gcProbability);
  if (typeof random !== 'function') throw refuse('random', 'a function that returns a number', random);
  if (onEvent !== undefined && typeof onEvent !== 'function') throw refuse('onEvent', 'a function', onEvent);

  return {
    store,
    cookies: new SessionCookies(resolveCookieOptions(options.cookie)),
    schema: schema === undefined ? undefined : new SchemaCheck(schema),
    touchAfter,
    peek: peek === false ? undefined : peek === true ? () => true : peek,
    lazy,
    onStoreFailure,
    timeout,
    gcProbability,
    random,
    onEvent,
  };
}

/** @throws {StoreError} `INVALID_OPTION` for what was passed in the options' place. */
function assertPlaceOf(given: unknown): void {
  const refused = (text: string) => new StoreError('INVALID_OPTION', `[@store/session] ${text}`);
  if (isSessionStore(given)) throw refused('A store was passed in place of the options. Pass { store }.');
  if (typeof (given as { then?: unknown } | null)?.then === 'function')
    throw refused('A promise was passed in place of the options. Pass { store: await startSession(…) }.');
  if (typeof given === 'function')
    throw refused(
      'A function was passed in place of the options. The handler comes first, the options after it.',
    );
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw refuse('options', 'an object', given);
}

const ofStore = [
  'idleTimeout',
  'absoluteTimeout',
  'maxBytes',
  'now',
  'database',
  'table',
  'password',
  'directory',
];
const ofCookie = [
  'domain',
  'path',
  'sameSite',
  'secure',
  'partitioned',
  'priority',
  'expireOnClose',
  'chunks',
];

/** @throws {StoreError} `INVALID_OPTION` for an option that exists, elsewhere. */
function assertBelongsHere(options: object): void {
  for (const name of Object.keys(options)) {
    const place = ofStore.includes(name)
      ? `the store: startSession({ ${name} })`
      : ofCookie.includes(name)
        ? `the cookie: cookie: { ${name} }`
        : undefined;
    if (place)
      throw new StoreError(
        'INVALID_OPTION',
        `[@store/session] The option ${name} belongs to ${place}. Move it there.`,
      );
  }
}

/** Keeps a runtime alive for work after the response. */
export type WaitUntil<Rest extends unknown[] = []> = (work: Promise<void>, ...rest: Rest) => void;

/** @throws {StoreError} `INVALID_OPTION` unless it is a function or left out. */
export function assertWaitUntil(waitUntil: unknown): void {
  if (waitUntil !== undefined && typeof waitUntil !== 'function')
    throw refuse('waitUntil', 'a function', waitUntil);
}

/** @throws {StoreError} `INVALID_OPTION` unless the handler is a function. */
export function assertHandler(handler: unknown, signature: string): void {
  if (typeof handler === 'function') return;
  throw new StoreError(
    'INVALID_OPTION',
    `[@store/session] The handler must be a function. Write ${signature}, the handler first.`,
  );
}

function isNumber(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}

function refuse(option: string, takes: string, got: unknown): StoreError {
  return invalidOption('@store/session', option, takes, got);
}
