import type { SessionStore, StoreError } from '@store/core';
import { assertKnownOptions, assertSeconds, invalidOption } from '@store/core/driver';
import { refused } from '../arguments.ts';

/** The lifetime of a single session. */
export interface Lifetime {
  /** Whole seconds that it lives after its last use. */
  idleTimeout?: number;
  /** Whether its cookie expires when the browser closes. */
  expireOnClose?: boolean;
}

/** The limits that a lifetime has to respect. */
export interface LifetimeLimits {
  readonly store: Pick<SessionStore, 'timeouts'>;
  readonly options?: { readonly touchAfter: number | undefined };
}

/** The names of {@link Lifetime}. */
export const lifetimeNames = ['idleTimeout', 'expireOnClose'] as const satisfies readonly (keyof Lifetime)[];

/**
 * Checks a lifetime for one session.
 *
 * @returns only the fields that are set: `undefined` must not replace an earlier value.
 * @throws {StoreError} `INVALID_OPTION`, also for an idle timeout that cannot work: longer than the absolute timeout, or expiring
 * before the session would be touched.
 */
export function checkLifetime(
  given: { [name in keyof Lifetime]: Lifetime[name] | undefined },
  { store, options }: LifetimeLimits,
): Lifetime {
  if (given === undefined)
    throw refused(
      'setLifetime() takes an object. Write setLifetime({ idleTimeout }), { expireOnClose } or both.',
    );
  assertKnownOptions('@store/session', given, lifetimeNames, 'setLifetime()');
  const { idleTimeout, expireOnClose } = given;
  if (expireOnClose !== undefined && typeof expireOnClose !== 'boolean')
    throw invalidOption('@store/session', 'expireOnClose', 'true or false', expireOnClose);
  if (idleTimeout !== undefined) {
    assertSeconds('@store/session', 'idleTimeout', idleTimeout);
    const { absoluteTimeout } = store.timeouts;
    if (absoluteTimeout !== false && idleTimeout > absoluteTimeout)
      throw refuse(`at most ${absoluteTimeout} seconds, the store's absoluteTimeout`, idleTimeout);
    if (options?.touchAfter !== undefined && idleTimeout <= options.touchAfter)
      throw refuse(
        `more than touchAfter, ${options.touchAfter} seconds, or the session would end while it is in use`,
        idleTimeout,
      );
  }
  return {
    ...(idleTimeout !== undefined && { idleTimeout }),
    ...(expireOnClose !== undefined && { expireOnClose }),
  };
}

function refuse(takes: string, got: number): StoreError {
  return invalidOption('@store/session', 'idleTimeout', takes, got);
}
