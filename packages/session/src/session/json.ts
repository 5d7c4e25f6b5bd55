import type { JsonValue, SessionData } from '@store/core';

/**
 * Any JSON value, deeply readonly.
 *
 * @example
 * import { startSession } from '@store/core/memory';
 * import { type ImmutableJson, readSession } from '@store/session';
 *
 * await startSession();
 * const asText = (value: ImmutableJson = '') => (typeof value === 'string' ? value : JSON.stringify(value));
 * const session = await readSession('');
 * asText(session.old('email')); // ''
 */
export type ImmutableJson =
  | string
  | number
  | boolean
  | null
  | readonly ImmutableJson[]
  | { readonly [key: string]: ImmutableJson };

/**
 * The deeply readonly type of a value that a session returns.
 *
 * @example
 * import type { Immutable, Session } from '@store/session';
 *
 * type Shop = { cart: string[] };
 * const cartOf = (session: Session<Shop>): Immutable<Shop['cart']> => session.get('cart', []); // readonly string[]
 */
export type Immutable<T> = JsonValue extends T
  ? ImmutableJson
  : T extends object
    ? { readonly [K in keyof T]: Immutable<T[K]> }
    : T;

/**
 * A deep-frozen copy. A session stores and returns only such copies, so loaded data cannot be modified, and an in-place change,
 * which would never be saved, throws where it is made.
 */
export function frozenCopy<T extends JsonValue>(value: T): T;
export function frozenCopy(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy)) as JsonValue[];
  const copy: SessionData = {};
  for (const key of Object.keys(value)) setOwn(copy, key, frozenCopy(value[key] as JsonValue));
  return Object.freeze(copy);
}

/** Sets a key that may be any string. A plain assignment to `__proto__` would set the prototype. */
export function setOwn(object: SessionData, key: string, value: JsonValue): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

/** The value of a key that may be any string, even the name of an inherited property. */
export function getOwn(object: SessionData, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Whether two JSON values are equal, regardless of the order of an object's keys. */
export function isSameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, i) => isSameJson(item, b[i]))
    );
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSameJson(a[key], b[key]))
  );
}
