import { invalidOption } from './invalid-option.ts';

/** How long sessions live. Every duration is in seconds. */
export interface Timeouts {
  /** Whole seconds a session lives after its last write or touch. At least 1. @default 7200 */
  idleTimeout?: number;
  /** Whole seconds a session lives in all, however busy. At least 1. @default no limit */
  absoluteTimeout?: number;
  /** The clock, in epoch milliseconds, read once per operation. @default Date.now */
  now?: () => number;
}

/** {@link Timeouts} with the defaults filled in. */
export interface ResolvedTimeouts {
  readonly idleTimeout: number;
  readonly absoluteTimeout: number | undefined;
  readonly now: () => number;
}

const longest = 2 ** 31 - 1;

/** @throws {StoreError} `INVALID_OPTION` unless the value is a whole number of seconds from 1 to 2³¹−1 (68 years). */
export function assertSeconds(store: string, option: string, value: unknown): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= longest) return;
  throw invalidOption(store, option, `a whole number of seconds from 1 to ${longest}`, value);
}

/**
 * Checks the options that every store takes, and fills in the defaults of the timeouts. A driver calls it before it opens
 * anything: what is refused afterwards leaves the backend open.
 *
 * @throws {StoreError} `INVALID_OPTION` naming the option, what it got and what it takes.
 * @example
 * resolveTimeouts('my-driver', options);
 */
export function resolveTimeouts(
  store: string,
  options: Timeouts & { onEvent?: unknown } = {},
): ResolvedTimeouts {
  const { idleTimeout = 7200, absoluteTimeout, now = Date.now, onEvent } = options;
  assertSeconds(store, 'idleTimeout', idleTimeout);
  if (absoluteTimeout !== undefined) assertSeconds(store, 'absoluteTimeout', absoluteTimeout);
  if (typeof now !== 'function') {
    throw invalidOption(store, 'now', 'a function that answers epoch milliseconds', now);
  }
  if (onEvent !== undefined && typeof onEvent !== 'function') {
    throw invalidOption(store, 'onEvent', 'a function that takes an event', onEvent);
  }
  return Object.freeze({ idleTimeout, absoluteTimeout, now });
}

/** When a session written or touched at `now` ends: one idle period on, and never past the absolute limit. */
export function nextExpiry(
  timeouts: ResolvedTimeouts,
  now: number,
  createdAt: number,
  ownIdleTimeout: number | null | undefined,
): number {
  return effectiveExpiry(timeouts, createdAt, now + (ownIdleTimeout ?? timeouts.idleTimeout) * 1000);
}

/** When a stored session ends under the limits in force now, so that a lowered limit works at once. */
export function effectiveExpiry(timeouts: ResolvedTimeouts, createdAt: number, expiresAt: number): number {
  if (timeouts.absoluteTimeout === undefined) return expiresAt;
  return Math.min(expiresAt, createdAt + timeouts.absoluteTimeout * 1000);
}

/** Sessions created later than this live a whole idle period from `now` on: the absolute limit cuts nothing off it. */
export function wholePeriodAfter(
  { idleTimeout, absoluteTimeout }: ResolvedTimeouts,
  now: number,
  ownIdleTimeout: number | null,
): number {
  if (absoluteTimeout === undefined) return Number.MIN_SAFE_INTEGER;
  return now + ((ownIdleTimeout ?? idleTimeout) - absoluteTimeout) * 1000;
}
