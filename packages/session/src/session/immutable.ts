import type { JsonValue } from '@store/core';

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
export function frozenCopy<T extends JsonValue>(value: T): T {
  return typeof value === 'object' && value !== null ? freeze(structuredClone(value)) : value;
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
