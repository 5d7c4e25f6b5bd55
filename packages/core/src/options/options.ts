import type { ResolvedTimeouts, UpdateOptions } from '../contract/session-store.ts';
import { invalidOption, StoreError } from '../errors.ts';
import type { OnStoreEvent } from '../report.ts';
import { assertKnownOptions } from './known-options.ts';
import { assertSeconds, resolveTimeouts, type Timeouts } from './timeouts.ts';

export { assertKnownOptions } from './known-options.ts';

/**
 * The options of every store.
 *
 * @example
 * import type { StoreOptions } from '@store/core';
 * import { createRecordStore } from '@store/core/driver';
 * import { memoryStorage } from '@store/core/memory';
 * const options: StoreOptions = { name: 'my-driver', maxBytes: 65_536, onEvent: console.warn };
 * const store = createRecordStore(memoryStorage(), options);
 */
export interface StoreOptions extends Timeouts {
  /**
   * The largest payload in bytes of UTF-8. A larger session is rejected with `TOO_LARGE` before anything is written.
   * @default 1_048_576
   */
  maxBytes?: number;
  /** Receives events worth counting; see `StoreEvent`. @default none */
  onEvent?: OnStoreEvent;
  /** The store's name in messages and events: the name of the driver's package. @default '@store/core' */
  name?: string;
}

/**
 * The options that every driver's `startSession()` accepts in addition to its own.
 *
 * @example
 * import type { StartOptions } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * const options: StartOptions = { idleTimeout: 1200, cache: false };
 * const store = await startSession(options);
 * store.timeouts.idleTimeout; // 1200
 */
export interface StartOptions extends Omit<StoreOptions, 'name'> {
  /** Whether the store becomes the cached one, which `load`, `save` and the middleware use. @default true */
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

/**
 * Checks the arguments of a store factory at startup rather than at the first request. The options are checked first, because
 * that check catches swapped arguments.
 *
 * @param called The name of the driver argument in messages.
 * @param required The functions that the driver must have.
 * @throws {StoreError} `INVALID_OPTION` naming the option or the function.
 */
export function resolveStoreOptions<Driver extends object>(
  options: StoreOptions,
  called: string,
  driver: Driver,
  required: readonly (keyof Driver & string)[],
): { name: string; timeouts: ResolvedTimeouts } {
  const { name = '@store/core' } = Object(options) as StoreOptions;
  const isName = typeof name === 'string' && name !== '';
  const store = isName && typeof options === 'object' ? name : '@store/core';
  assertKnownOptions(store, options, storeOptionNames);
  if (!isName) throw invalidOption(store, 'name', 'a non-empty string', name);
  for (const method of required) {
    const found: unknown = driver?.[method];
    if (typeof found !== 'function') throw invalidOption(store, `${called}.${method}`, 'a function', found);
  }
  return { name, timeouts: resolveTimeouts(name, options) };
}

/**
 * @throws {StoreError} `INVALID_VALUE` unless the subject is 1–255 UTF-16 code units, well-formed, and without NUL.
 * @example
 * import { assertSubject } from '@store/core';
 * const user = JSON.parse('{ "id": "user-7" }') as { id: unknown };
 * assertSubject(user.id);
 * user.id.length; // 6: TypeScript now knows that it is a string
 */
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
    '[@store/core] subject must be a well-formed string of 1 to 255 characters without NUL. Pass a user id, for example.',
  );
}

/** Whether a session that has a subject is about to get a different one. */
export function changesSubject(stored: string | null | undefined, given: string | undefined): boolean {
  return stored != null && given !== undefined && given !== stored;
}

/** The names of each store method's options. */
export const methodOptionNames = {
  save: ['subject', 'idleTimeout', 'expireOnClose'],
  create: ['subject', 'idleTimeout', 'expireOnClose'],
  update: ['subject', 'idleTimeout', 'expireOnClose', 'base', 'newId', 'endWhenEmpty'],
  touch: ['base'],
  destroyAll: ['except', 'only'],
  cookieValue: [
    'subject',
    'idleTimeout',
    'expireOnClose',
    'createdAt',
    'version',
    'family',
    'unknownFields',
    'accept',
  ],
} as const;

/**
 * Rejects a method's unknown options, and a `base` from another session. Every request runs this, so the valid case makes no
 * further calls and allocates nothing.
 *
 * @param id The id of the session that `base` must belong to.
 * @throws {StoreError} `INVALID_OPTION`
 */
export function assertMethodOptions(
  store: string,
  method: keyof typeof methodOptionNames,
  options: UpdateOptions | object,
  id?: string,
): void {
  const known: readonly string[] = methodOptionNames[method];
  // Fast path: a plain object with known keys. Everything else goes through the slow check.
  let isRight = options?.constructor === Object;
  for (const name in options) isRight &&= known.includes(name);
  if (!isRight) assertKnownOptions(store, options, known, `${method}()`);
  if (id === undefined) return;
  const { base } = options as UpdateOptions;
  if (base === undefined || base?.id === id) return;
  throw new StoreError(
    'INVALID_OPTION',
    `[${store}] base must be what load() returned for this session. Pass it whole and unmodified.`,
  );
}

/** @throws {StoreError} `INVALID_VALUE` for an invalid subject, `INVALID_OPTION` for any other invalid option. */
export function assertSaveOptions(
  store: string,
  method: 'save' | 'create' | 'update' | 'cookieValue',
  options: UpdateOptions,
  id?: string,
): void {
  assertMethodOptions(store, method, options, id);
  const { subject, idleTimeout, expireOnClose, endWhenEmpty } = options;
  if (subject !== undefined) assertSubject(subject);
  if (idleTimeout !== undefined) assertSeconds(store, 'idleTimeout', idleTimeout);
  if (expireOnClose !== undefined && typeof expireOnClose !== 'boolean')
    throw invalidOption(store, 'expireOnClose', 'true or false', expireOnClose);
  if (endWhenEmpty !== undefined && typeof endWhenEmpty !== 'boolean')
    throw invalidOption(store, 'endWhenEmpty', 'true or false', endWhenEmpty);
}
