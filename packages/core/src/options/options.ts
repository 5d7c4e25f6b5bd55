import type { ResolvedTimeouts, UpdateOptions } from '../contract/session-store.ts';
import { invalidOption, StoreError } from '../errors.ts';
import type { OnStoreEvent } from '../report.ts';
import { assertKnownOptions } from './known-options.ts';
import { assertSeconds, resolveTimeouts, type Timeouts } from './timeouts.ts';

export { assertKnownOptions };

/** What every store can be made with. */
export interface StoreOptions extends Timeouts {
  /**
   * The largest payload in bytes of UTF-8; a larger session is refused with `TOO_LARGE` before anything is written.
   * @default 1_048_576
   */
  maxBytes?: number;
  /** Receives what is worth counting; see `StoreEvent`. @default none */
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

/**
 * Checks what a store is made of, at the start rather than at the first request. The options come first, because they tell when
 * the two arguments were swapped.
 *
 * @param called What the driver is called in messages.
 * @param required The functions it must have.
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
  if (!isName) throw invalidOption(store, 'name', 'a text that is not empty', name);
  for (const method of required) {
    const found: unknown = driver?.[method];
    if (typeof found !== 'function') throw invalidOption(store, `${called}.${method}`, 'a function', found);
  }
  return { name, timeouts: resolveTimeouts(name, options) };
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

/** The options of a store's methods. */
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
 * Refuses unknown options of a method, and a `base` of another session. Every request comes through here, so what is right costs
 * neither a call nor an object.
 *
 * @param id The session that `base` must be of.
 * @throws {StoreError} `INVALID_OPTION`
 */
export function assertMethodOptions(
  store: string,
  method: keyof typeof methodOptionNames,
  options: UpdateOptions | object,
  id?: string,
): void {
  const known: readonly string[] = methodOptionNames[method];
  // Fast path: a plain object with known keys. Everything else takes the slow check.
  let isRight = options?.constructor === Object;
  for (const name in options) isRight &&= known.includes(name);
  if (!isRight) assertKnownOptions(store, options, known, `${method}()`);
  if (id === undefined) return;
  const { base } = options as UpdateOptions;
  if (base === undefined || base?.id === id) return;
  throw new StoreError(
    'INVALID_OPTION',
    `[${store}] base must be what load() returned for this session, whole and unmodified.`,
  );
}

/** @throws {StoreError} `INVALID_VALUE` for the subject, `INVALID_OPTION` for the others. */
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
