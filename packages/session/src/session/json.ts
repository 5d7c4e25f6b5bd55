import type { JsonValue, SessionData } from '@store/core';

/** Any JSON value, readonly through and through. */
export type ImmutableJson =
  | string
  | number
  | boolean
  | null
  | readonly ImmutableJson[]
  | { readonly [key: string]: ImmutableJson };

/** A value as a session gives it out: the same, but readonly through and through. */
export type Immutable<T> = JsonValue extends T
  ? ImmutableJson
  : T extends object
    ? { readonly [K in keyof T]: Immutable<T[K]> }
    : T;

/**
 * A deep-frozen copy. What a session takes in and gives out is one of these, so nobody can change what was loaded, and a
 * change that would never be saved throws at its line instead of being lost.
 */
export function frozenCopy<T extends JsonValue>(value: T): T;
export function frozenCopy(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy)) as JsonValue[];
  const copy: SessionData = {};
  for (const key of Object.keys(value)) setOwn(copy, key, frozenCopy(value[key] as JsonValue));
  return Object.freeze(copy);
}

/** Sets a key that may be any string. Assigned to, `__proto__` would not be an ordinary key. */
export function setOwn(object: SessionData, key: string, value: JsonValue): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

/** The value under a key that may be any string, even one that every object inherits. */
export function getOwn(object: SessionData, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Tells whether two JSON values are equal; the order of an object's keys does not matter. */
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
