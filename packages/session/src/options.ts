import { cachedStore, isSessionStore, type SessionStore, type StoreError } from '@store/core';
import { assertKnownOptions, invalidOption } from '@store/core/driver';
import { assertOptions, refused } from './arguments.ts';
import {
  cookieOptionNames,
  resolveCookieOptions,
  type SessionCookieOptions,
} from './cookie/cookie-options.ts';
import { SessionCookies } from './cookie/session-cookie.ts';
import type { OnSessionEvent } from './request/events.ts';
import { SchemaCheck, type SessionSchema } from './session/schema.ts';
import type { AppData } from './session/session-types.ts';

/**
 * The options of every adapter. Durations are in seconds.
 *
 * @example
 * import type { SessionOptions } from '@store/session';
 * import { sessionMiddleware } from '@store/session/express';
 *
 * const options: SessionOptions = { touchAfter: 60, cookie: { sameSite: 'strict' }, timeout: 5 };
 * const middleware = sessionMiddleware(options);
 */
export interface SessionOptions<Data extends object = AppData, Incoming = unknown> {
  /** The store to use. @default the cached store, looked up on each request */
  store?: SessionStore;
  /** The cookie's name, attributes and size limits. */
  cookie?: SessionCookieOptions;
  /** Validates values when they are set and when they are loaded; any Standard Schema, such as Zod's. A stored value that does not fit reads as missing. @default none */
  schema?: SessionSchema<Data>;
  /** Seconds between two renewals of an otherwise unchanged session and its cookie. @default a tenth of the idle timeout */
  touchAfter?: number;
  /** Which requests only read: they neither extend the session nor consume its flash, and their writes throw. @default false */
  peek?: boolean | ((request: Incoming) => boolean);
  /** Whether to load the session only when a handler calls `await getSession(request)`, so that static files cost nothing. @default false */
  lazy?: boolean;
  /** What a request gets while the store cannot be read: an error, or an empty session that cannot be written. @default 'fail' */
  onStoreFailure?: 'fail' | 'anonymous';
  /** Seconds one call to the store may take before it fails as `UNAVAILABLE`. @default 10 */
  timeout?: number;
  /** The probability, 0 to 1, that garbage collection runs after a response. @default 0.02 */
  gcProbability?: number;
  /** The random source for `gcProbability`: returns a number from 0 up to, but not including, 1. @default Math.random */
  random?: () => number;
  /** Receives one event per request, with the request, and one per garbage collection; no ids, no values. @default none */
  onEvent?: OnSessionEvent<Incoming>;
}

/** The names of {@link SessionOptions}. */
export const sessionOptionNames = [
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
] as const satisfies readonly (keyof SessionOptions)[];

const ofStore =
  'idleTimeout absoluteTimeout maxBytes now cache database table directory password revocations connectionString pool';

/** Options that exist, but belong elsewhere. */
const misplacedOptions = {
  ...hints(ofStore.split(' '), (name) => `it belongs to the store: startSession({ ${name} })`),
  ...hints(
    cookieOptionNames.filter((name) => name !== 'name'),
    (name) => `it belongs to the cookie: cookie: { ${name} }`,
  ),
};

function hints(names: readonly string[], hintOf: (name: string) => string): { [name: string]: string } {
  return Object.fromEntries(names.map((name) => [name, hintOf(name)]));
}

const hostName = /^[^\s/?#@]*$/;

/** The options that only some functions take, and which functions those are. */
const partialOptions = {
  waitUntil: {
    at: 'openSession(), withSession() and sessionHandler() of /fetch',
    takes: 'a function',
    fits: (value: unknown) => typeof value === 'function',
  },
  host: {
    at: 'openSession() and readSession()',
    takes: 'a host name, with or without port',
    fits: (value: unknown) => typeof value === 'string' && hostName.test(value),
  },
  https: {
    at: 'openSession() and readSession()',
    takes: 'true or false',
    fits: (value: unknown) => typeof value === 'boolean',
  },
  onError: {
    at: 'sessionHandler() of /node',
    takes: 'a function',
    fits: (value: unknown) => typeof value === 'function',
  },
};

/** The name of an option that only some functions take. */
export type PartialOption = keyof typeof partialOptions;

export const partialOptionNames = Object.keys(partialOptions) as readonly PartialOption[];

/** Checked session options, with the defaults filled in and the cookies created. */
export interface ResolvedSessionOptions {
  /** `undefined`: use the cached store, looked up on each request. Throws when `touchAfter` does not fit that store. */
  readonly store: SessionStore | undefined;
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
 * @param more Names of additional options that the adapter takes.
 * @throws {StoreError} `INVALID_OPTION`, naming the option, what it accepts and what it got.
 */
export function resolveSessionOptions(given: object, more: readonly string[] = []): ResolvedSessionOptions {
  assertOptions(given);
  const options: SessionOptions<never, never> = given;
  assertPartialOptions(options, more);
  assertKnownOptions('@store/session', options, [...sessionOptionNames, ...more], '', {
    hints: misplacedOptions,
  });
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
  if (store) assertTouchAfter(touchAfter, store);
  if (typeof peek !== 'boolean' && typeof peek !== 'function')
    throw refuse('peek', 'true, false or a function of the request', peek);
  if (typeof lazy !== 'boolean') throw refuse('lazy', 'true or false', lazy);
  if (onStoreFailure !== 'fail' && onStoreFailure !== 'anonymous')
    throw refuse('onStoreFailure', "'fail' or 'anonymous'", onStoreFailure);
  // A timer's limit is 2³¹−1 milliseconds.
  if (!isNumber(timeout, Number.MIN_VALUE, 2_147_483))
    throw refuse('timeout', 'seconds, from above 0 to 2147483', timeout);
  if (!isNumber(gcProbability, 0, 1)) throw refuse('gcProbability', 'a number from 0 to 1', gcProbability);
  if (typeof random !== 'function') throw refuse('random', 'a function that returns a number', random);
  if (onEvent !== undefined && typeof onEvent !== 'function') throw refuse('onEvent', 'a function', onEvent);

  return {
    get store() {
      if (store === undefined && touchAfter !== undefined) assertTouchAfter(touchAfter, cachedStore());
      return store;
    },
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

/** @throws {StoreError} `INVALID_OPTION` when sessions in active use would end before their touch is due. */
function assertTouchAfter(touchAfter: number | undefined, { name, timeouts }: SessionStore): void {
  const { idleTimeout } = timeouts;
  if (touchAfter === undefined || touchAfter < idleTimeout) return;
  throw refused(
    `touchAfter must be less than the idleTimeout of ${name}, ${idleTimeout} seconds: sessions would end while they are used. Lower it, or leave it out.`,
  );
}

/**
 * Checks the options that only some functions take. Separate from the other checks, because those run only once for a reused
 * options object, for the function it was first passed to.
 *
 * @param taken Names of those that the caller takes.
 * @throws {StoreError} `INVALID_OPTION` for one that the caller does not take, or for an invalid value.
 */
export function assertPartialOptions(options: object, taken: readonly string[]): void {
  for (const name of partialOptionNames) {
    const value = (options as { readonly [option in PartialOption]?: unknown })[name];
    if (value === undefined) continue;
    const { at, takes, fits } = partialOptions[name];
    if (!taken.includes(name)) throw refused(`The option ${name} is only for ${at}. Leave it out.`);
    if (!fits(value)) throw refuse(name, takes, value);
  }
}

/**
 * Keeps a runtime alive for work after the response.
 *
 * @example
 * import { startSession } from '@store/core/memory';
 * import { openSession, type WaitUntil } from '@store/session';
 *
 * await startSession();
 * const background: Promise<void>[] = [];
 * const waitUntil: WaitUntil = (work) => background.push(work);
 * const { commit } = await openSession('', { gcProbability: 1, waitUntil });
 * await commit();
 * await Promise.all(background); // garbage collection is done
 */
export type WaitUntil<Rest extends unknown[] = []> = (work: Promise<void>, ...rest: Rest) => void;

function isNumber(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}

function refuse(option: string, takes: string, got: unknown): StoreError {
  return invalidOption('@store/session', option, takes, got);
}
