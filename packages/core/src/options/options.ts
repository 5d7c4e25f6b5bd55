import type { SaveOptions, StoredSession } from '../contract/session-store.ts';
import { invalidOption, StoreError } from '../errors.ts';
import type { OnStoreEvent } from '../report.ts';
import { assertSeconds, type Timeouts } from './timeouts.ts';

/** What every store can be made with. */
export interface StoreOptions extends Timeouts {
  /**
   * The largest payload in bytes of UTF-8; a larger session is refused with `TOO_LARGE` before anything is written.
   * @default 1_048_576
   */
  maxBytes?: number;
  /** Receives what is worth counting; see `StoreEvent`. */
  onEvent?: OnStoreEvent;
  /** The store's name in messages and events: the driver's package. @default '@store/core' */
  name?: string;
}

/** The options that every driver's `startSession()` takes in addition to its own. */
export interface StartOptions extends Omit<StoreOptions, 'name'> {
  /** Whether the store becomes the cached one, which `load`, `save` and the middlewares use. @default true */
  cache?: boolean;
}

/** The names of {@link StoreOptions}. */
export const storeOptionNames = [
  'idleTimeout',
  'absoluteTimeout',
  'now',
  'maxBytes',
  'onEvent',
  'name',
] as const;

/** Names people bring along from other session libraries, and the setting here that does the same. */
const broughtAlong: Readonly<Record<string, string>> = {
  secret: 'a server store needs no secret: its ids are 256 random bits. @store/cookie takes `password`',
  resave: 'leave it out: a request that changed nothing writes nothing',
  saveUninitialized: 'leave it out: a session is stored only once something was written to it',
  rolling:
    'leave it out: a used session is touched and its cookie re-sent; see `touchAfter` of @store/session',
  genid: 'leave it out: ids are 32 random bytes',
  maxAge: 'use `idleTimeout`, in seconds, when the store is started',
  'cookie.maxAge': 'use `idleTimeout`, in seconds, when the store is started',
  expires: 'use `absoluteTimeout`, in seconds, when the store is started',
  'cookie.expires': 'use `absoluteTimeout`, in seconds, when the store is started',
  ttl: 'use `idleTimeout`, in seconds',
  name: 'use `cookie: { name }` of @store/session',
  'cookie.httpOnly': 'leave it out: the session cookie is always HttpOnly',
  'cookie.signed': 'leave it out: an id of 256 random bits needs no signature',
};

/**
 * Refuses unknown options, so that a typo fails instead of being ignored.
 *
 * @param store Whose options they are, such as `@store/sqlite`.
 * @param options What the user passed.
 * @param known Every name there is.
 * @param within Where the options are nested, such as `cookie`; empty at the top.
 * @throws {StoreError} `INVALID_OPTION` naming the unknown option and the nearest right name.
 * @example
 * assertKnownOptions('my-driver', options, ['url', 'idleTimeout', 'absoluteTimeout', 'maxBytes', 'now', 'onEvent', 'cache']);
 */
export function assertKnownOptions(
  store: string,
  options: object,
  known: readonly string[],
  within = '',
): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const path = within === '' ? name : `${within}.${name}`;
    throw new StoreError(
      'INVALID_OPTION',
      `[${store}] There is no option ${path}: ${wayOut(path, name, known)}.`,
    );
  }
}

function wayOut(path: string, name: string, known: readonly string[]): string {
  const hint = Object.hasOwn(broughtAlong, path) ? broughtAlong[path] : undefined;
  if (hint !== undefined) return hint;
  const nearest = nearestName(name, known);
  return nearest === undefined ? `the options are ${known.join(', ')}` : `did you mean ${nearest}`;
}

function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  // One slip in a short name, more in a long one: `foo` is no misspelt `now`.
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

/** Levenshtein distance, one row at a time. */
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

/**
 * Checks at the start that a driver has every required function, rather than at the first request that needs one.
 *
 * @throws {StoreError} `INVALID_OPTION` naming the function.
 */
export function assertFunctions<Driver extends object>(
  store: string,
  called: string,
  driver: Driver,
  required: readonly (keyof Driver & string)[],
): void {
  for (const method of required) {
    const found: unknown = driver?.[method];
    if (typeof found !== 'function') throw invalidOption(store, `${called}.${method}`, 'a function', found);
  }
}

/** @throws {StoreError} `INVALID_VALUE` unless the subject is 1–255 UTF-16 units, well-formed, and without NUL. */
export function assertSubject(subject: unknown): asserts subject is string {
  if (
    typeof subject === 'string' &&
    subject.length >= 1 &&
    subject.length <= 255 &&
    subject.isWellFormed() &&
    !subject.includes('\0')
  ) {
    return;
  }
  throw new StoreError(
    'INVALID_VALUE',
    '[@store/core] subject must be a string of 1 to 255 characters, well-formed and without NUL: a user id is a good one.',
  );
}

/** Whether a session that has a subject is given another one. */
export function changesSubject(stored: string | null | undefined, given: string | undefined): boolean {
  return stored != null && given !== undefined && given !== stored;
}

/** @throws {StoreError} `INVALID_VALUE` for the subject, `INVALID_OPTION` for the others. */
export function assertSaveOptions(store: string, { subject, idleTimeout, expireOnClose }: SaveOptions): void {
  if (subject !== undefined) assertSubject(subject);
  if (idleTimeout !== undefined) assertSeconds(store, 'idleTimeout', idleTimeout);
  if (expireOnClose !== undefined && typeof expireOnClose !== 'boolean')
    throw invalidOption(store, 'expireOnClose', 'true or false', expireOnClose);
}

/** @throws {StoreError} `INVALID_OPTION` when the base is of another session. */
export function assertBase(name: string, id: string, base: StoredSession | undefined): void {
  if (base === undefined || base.id === id) return;
  throw new StoreError(
    'INVALID_OPTION',
    `[${name}] base must be what load() returned for this session, whole and unmodified.`,
  );
}
