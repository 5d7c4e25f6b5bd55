import type { ResolvedTimeouts } from '../contract/session-store.ts';
import { invalidOption } from '../errors.ts';

/**
 * How long sessions live. Every duration is in seconds.
 *
 * @example
 * import type { Timeouts } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * const timeouts: Timeouts = { idleTimeout: 1200, absoluteTimeout: 86_400 }; // 20 minutes, one day
 * await startSession(timeouts);
 */
export interface Timeouts {
  /** Session lifetime after its last write or touch, in whole seconds. At least 1. @default 7200 */
  idleTimeout?: number;
  /** Maximum session lifetime in whole seconds, regardless of activity (ASVS 7.3.2); `false`: no limit. @default 2_592_000 (30 days) */
  absoluteTimeout?: number | false;
  /** The clock, in epoch milliseconds. @default `Date.now()`, called each time, so that it follows fake timers in tests */
  now?: () => number;
}

const longest = 2 ** 31 - 1;
const clock = 'a function that returns epoch milliseconds';

/**
 * @throws {StoreError} `INVALID_OPTION` unless the value is a whole number of seconds from 1 to 2³¹−1 (68 years).
 * @example
 * import { assertSeconds } from '@store/core/driver';
 * const options = JSON.parse('{ "lockTimeout": 30 }') as { lockTimeout: unknown };
 * assertSeconds('my-driver', 'lockTimeout', options.lockTimeout);
 * const milliseconds = options.lockTimeout * 1000; // 30000
 */
export function assertSeconds(store: string, option: string, value: unknown): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= longest) return;
  throw invalidOption(store, option, `a whole number of seconds from 1 to ${longest}`, value);
}

/**
 * Checks the options that every store accepts, and fills in the default timeouts. A driver calls it before it opens
 * anything, because an error thrown later would leave the backend open.
 *
 * @returns The timeouts with defaults. Their `now()` returns whole milliseconds, or throws `INVALID_OPTION` when the
 * application's clock does not return a finite number.
 * @throws {StoreError} `INVALID_OPTION` naming the option, the value it got and what it accepts.
 * @example
 * import { resolveTimeouts } from '@store/core/driver';
 * const { idleTimeout, absoluteTimeout } = resolveTimeouts('my-driver', { idleTimeout: 1200 });
 * console.log(idleTimeout, absoluteTimeout); // 1200 2592000
 */
export function resolveTimeouts(
  store: string,
  options: Timeouts & { onEvent?: unknown; maxBytes?: unknown } = {},
): ResolvedTimeouts {
  const { idleTimeout = 7200, absoluteTimeout = 2_592_000, now, onEvent, maxBytes } = options;
  assertSeconds(store, 'idleTimeout', idleTimeout);
  if (absoluteTimeout !== false) {
    if (typeof absoluteTimeout !== 'number')
      throw invalidOption(store, 'absoluteTimeout', 'whole seconds, or false for no limit', absoluteTimeout);
    assertSeconds(store, 'absoluteTimeout', absoluteTimeout);
  }
  if (now !== undefined && typeof now !== 'function') throw invalidOption(store, 'now', clock, now);
  if (onEvent !== undefined && typeof onEvent !== 'function') {
    throw invalidOption(store, 'onEvent', 'a function that takes an event', onEvent);
  }
  if (maxBytes !== undefined && !(Number.isSafeInteger(maxBytes) && (maxBytes as number) >= 1)) {
    throw invalidOption(store, 'maxBytes', 'a whole number of bytes, 1 or more', maxBytes);
  }
  return Object.freeze({
    idleTimeout,
    absoluteTimeout,
    now() {
      const time = Math.floor(now === undefined ? Date.now() : now());
      if (Number.isFinite(time)) return time;
      throw invalidOption(store, 'now', clock, time);
    },
  });
}

/** When a session written or touched at `now` expires: one idle period later, but never after the absolute limit. */
export function nextExpiry(
  timeouts: ResolvedTimeouts,
  now: number,
  createdAt: number,
  ownIdleTimeout: number | null | undefined,
): number {
  return effectiveExpiry(timeouts, createdAt, now + (ownIdleTimeout ?? timeouts.idleTimeout) * 1000);
}

/** The stored expiry, capped at the current absolute limit, so that lowering the limit also ends stored sessions. */
export function effectiveExpiry(
  { absoluteTimeout }: ResolvedTimeouts,
  createdAt: number,
  expiresAt: number,
): number {
  return absoluteTimeout === false ? expiresAt : Math.min(expiresAt, createdAt + absoluteTimeout * 1000);
}

/** The clock difference between two servers that core tolerates, in milliseconds. */
export const clockSkew = 60_000;
