import type { JsonValue, SessionContent } from '../contract/stored-session.ts';
import { StoreError } from '../errors.ts';

/** The position of a nested value, as a linked list, so that a path is built only if an error needs it. */
interface Place {
  parent: Place | undefined;
  container: object;
  key: string | number;
}

const deepest = 200;

/**
 * Rejects every value that JSON would lose or change: `undefined`, functions, symbols, BigInt, NaN and infinities, class
 * instances (`Date`, `Map`, …), holes and extra properties in arrays, symbol keys, cycles, and nesting deeper than 200.
 *
 * The only exception is `-0`, which is stored as `0`. Lone surrogates are preserved, and so is every key, even `__proto__`.
 *
 * @param path The value's name in the error, such as `data.cart`.
 * @throws {StoreError} `INVALID_VALUE` naming the path to the invalid part.
 * @example
 * import { assertJsonValue } from '@store/core';
 * assertJsonValue({ since: '2026-12-01' }, 'data');
 * try {
 *   assertJsonValue({ since: new Date() }, 'data');
 * } catch (error) {
 *   console.log(String(error)); // StoreError: [@store/core] data.since is a Date. Sessions hold JSON: …
 * }
 */
export function assertJsonValue(value: unknown, path: string): asserts value is JsonValue {
  check(value, path, undefined, 0);
}

/** @throws {StoreError} `INVALID_VALUE` unless both `data` and `flash` are plain objects of JSON values. */
export function assertSessionContent(content: unknown): asserts content is SessionContent {
  if (typeof content !== 'object' || content === null) {
    throw new StoreError(
      'INVALID_VALUE',
      '[@store/core] A session must be { data, flash }, two plain objects.',
    );
  }
  const { data, flash } = content as Partial<SessionContent>;
  checkHalf(data, 'data');
  checkHalf(flash, 'flash');
}

function checkHalf(values: unknown, name: string): void {
  if (typeof values !== 'object' || values === null || !isPlain(values)) {
    throw new StoreError('INVALID_VALUE', `[@store/core] ${name} must be a plain object of JSON values.`);
  }
  checkEntries(values, name, undefined, 0);
}

function check(value: unknown, path: string, place: Place | undefined, depth: number): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (Number.isFinite(value)) return;
      throw invalid(path, place, `is ${value}`);
    case 'object':
      if (value === null) return;
      if (depth > deepest) {
        throw invalid(
          path,
          place,
          isCycle(value, place) ? 'refers back to itself' : `is nested deeper than ${deepest}`,
        );
      }
      if (Array.isArray(value)) checkArray(value, path, place, depth);
      else if (isPlain(value)) checkEntries(value, path, place, depth);
      else throw invalid(path, place, `is a ${value.constructor?.name || 'class instance'}`);
      return;
    default:
      throw invalid(path, place, value === undefined ? 'is undefined' : `is a ${typeof value}`);
  }
}

function checkArray(array: unknown[], path: string, parent: Place | undefined, depth: number): void {
  const place: Place = { parent, container: array, key: 0 };
  for (let index = 0; index < array.length; index++) {
    place.key = index;
    check(array[index], path, place, depth + 1);
  }
  if (Object.keys(array).length > array.length)
    throw invalid(path, parent, 'has properties besides its items');
}

function checkEntries(object: object, path: string, parent: Place | undefined, depth: number): void {
  if (Object.getOwnPropertySymbols(object).length > 0) throw invalid(path, parent, 'has a symbol key');
  const place: Place = { parent, container: object, key: '' };
  for (const key of Object.keys(object)) {
    place.key = key;
    check((object as Record<string, unknown>)[key], path, place, depth + 1);
  }
}

/** True even for a plain object from another realm, such as a test runner's. */
function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && prototype.constructor?.name === 'Object';
}

function isCycle(value: object, place: Place | undefined): boolean {
  for (let at = place; at; at = at.parent) if (at.container === value) return true;
  return false;
}

function invalid(path: string, place: Place | undefined, why: string): StoreError {
  let below = '';
  for (let at = place; at; at = at.parent) below = step(at.key) + below;
  // A cycle's path repeats itself, so its beginning is enough.
  const where = below.length > 200 ? `${path}${below.slice(0, 200)}…` : path + below;
  return new StoreError(
    'INVALID_VALUE',
    `[@store/core] ${where} ${why}. Sessions hold JSON: strings, finite numbers, booleans, null, arrays and plain objects.`,
  );
}

function step(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
