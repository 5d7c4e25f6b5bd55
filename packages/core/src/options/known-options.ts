import { isPromise } from '../contract/drivers.ts';
import { invalidOption, StoreError } from '../errors.ts';

/** How a package handles unknown options. */
export interface UnknownOptions {
  /** What to write instead of another library's option, worded to follow "Unknown option x:". @default none */
  hints?: Readonly<Record<string, string>>;
  /** Whether to reject only near misses of known names, for an object that may have other keys. @default false */
  onlyNear?: boolean;
}

const noSignatureNeeded = 'leave it out: an id of 256 random bits needs no signature';

/** Option names from other session libraries, and what to use here instead. */
const foreignOptions: Readonly<Record<string, string>> = {
  secret: 'a server store needs no secret: its ids are 256 random bits. @store/cookie takes `password`',
  resave: 'leave it out: a request that changes nothing writes nothing',
  saveUninitialized: 'leave it out: a session is stored only once something is written to it',
  rolling:
    'leave it out: using a session touches it and re-sends its cookie; see `touchAfter` of @store/session',
  genid: 'leave it out: ids are 32 random bytes',
  maxAge: 'use `idleTimeout` of the store, in seconds',
  'cookie.maxAge': 'use `idleTimeout` of the store, in seconds',
  expires: 'use `absoluteTimeout` of the store, in seconds',
  'cookie.expires': 'use `absoluteTimeout` of the store, in seconds',
  ttl: 'use `idleTimeout` of the store, in seconds',
  name: 'use `cookie: { name }` of @store/session',
  httpOnly: 'leave it out: the session cookie is always HttpOnly',
  'cookie.httpOnly': 'leave it out: the session cookie is always HttpOnly',
  signed: noSignatureNeeded,
  'cookie.signed': noSignatureNeeded,
};

const ofMiddleware =
  'store schema touchAfter peek lazy onStoreFailure timeout gcProbability random waitUntil'.split(' ');
const ofCookie =
  'domain path sameSite secure partitioned priority expireOnClose chunks maxHeaderSize insecureOnLoopback'.split(
    ' ',
  );

/**
 * Rejects anything other than an options object, and unknown options, so that a typo causes an error instead of being ignored. An
 * option that is `undefined` is treated as omitted, whatever its name.
 *
 * @param store The package that has the options, such as `@store/sqlite`.
 * @param options What the user passed, or `undefined` if nothing was passed.
 * @param known The names of all options.
 * @param within Where the options are nested, such as `cookie` or `destroyAll()`; empty at the top level.
 * @param unknown Hints for unknown names, and which of them to reject.
 * @throws {StoreError} `INVALID_OPTION` naming the unknown option and the closest known name.
 * @example
 * import { assertKnownOptions } from '@store/core/driver';
 * try {
 *   assertKnownOptions('my-driver', { idelTimeout: 600 }, ['url', 'idleTimeout', 'absoluteTimeout']);
 * } catch (error) {
 *   console.log(String(error)); // StoreError: [my-driver] Unknown option idelTimeout: did you mean idleTimeout?
 * }
 */
export function assertKnownOptions(
  store: string,
  options: unknown,
  known: readonly string[],
  within = '',
  { hints = {}, onlyNear = false }: UnknownOptions = {},
): void {
  if (options === undefined) return;
  assertOptionsObject(store, options, known, within);
  if (!onlyNear) assertNoStore(store, options, known, within);
  for (const name of Object.keys(options)) {
    if (known.includes(name) || (options as { [name: string]: unknown })[name] === undefined) continue;
    const path = within === '' ? name : `${within}.${name}`;
    const nearest = nearestOf(name, known);
    if (onlyNear && nearest === undefined) continue;
    const hint =
      hintFor(path, known, hints) ?? (nearest === undefined && `the options are ${known.join(', ')}`);
    throw new StoreError(
      'INVALID_OPTION',
      `[${store}] Unknown option ${path}: ${hint ? `${hint}.` : `did you mean ${nearest}?`}`,
    );
  }
}

/** @throws {StoreError} `INVALID_OPTION` if the value is not an object, or is a promise that was not awaited. */
function assertOptionsObject(
  store: string,
  options: unknown,
  known: readonly string[],
  within: string,
): asserts options is object {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalidOption(store, placeOf(within), exampleOf(known), options);
  if (isPromise(options)) throw passedInstead(store, 'A promise was', within, 'Await it, and pass', known);
}

/** @throws {StoreError} `INVALID_OPTION` when arguments were passed in the wrong order. */
function assertNoStore(store: string, options: object, known: readonly string[], within: string): void {
  for (const name of ['load', 'read']) {
    if (known.includes(name) || typeof (options as Record<string, unknown>)[name] !== 'function') continue;
    throw passedInstead(store, 'A store or the functions of a driver were', within, 'Pass', known);
  }
}

function passedInstead(
  store: string,
  what: string,
  within: string,
  todo: string,
  known: readonly string[],
): StoreError {
  const text = `${what} passed in place of the ${placeOf(within)}. ${todo} ${exampleOf(known)}.`;
  return new StoreError('INVALID_OPTION', `[${store}] ${text}`);
}

function placeOf(within: string): string {
  if (within === '') return 'options';
  return within.endsWith('()') ? `options of ${within}` : within;
}

function exampleOf(known: readonly string[]): string {
  return `an object such as { ${known.slice(0, 2).join(', ')} }`;
}

function hintFor(
  path: string,
  known: readonly string[],
  hints: Readonly<Record<string, string>>,
): string | undefined {
  if (Object.hasOwn(hints, path)) return hints[path];
  if (Object.hasOwn(foreignOptions, path)) return foreignOptions[path];
  // Only for a store's options: the middleware has options with these names.
  if (!known.includes('absoluteTimeout')) return undefined;
  if (path === 'cookie')
    return 'the cookie is an option of @store/session; how long it lives is `idleTimeout` here';
  if (ofMiddleware.includes(path)) return 'it is an option of the middleware, @store/session';
  if (ofCookie.includes(path)) return `use \`cookie: { ${path} }\` of @store/session`;
  return undefined;
}

function nearestOf(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  // One typo is allowed in a short name, more in a long one: `foo` is not a misspelled `now`.
  let best = Math.max(name.length < 5 ? 1 : 2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

/** Levenshtein distance, computed one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
