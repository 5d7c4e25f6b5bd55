import { StoreError } from '@store/core';

/** The error for an assignment to a session, which would be lost without a word. */
export function noProperty(name: string): StoreError {
  return new StoreError(
    'UNSUPPORTED',
    `[@store/session] session.${name} cannot be assigned: it would not be stored. Write session.set('${name}', …).`,
  );
}

/** @throws {StoreError} `UNSUPPORTED` for a callback, as express-session's methods take: it would never be called. */
export function refuseCallback(method: string, given: readonly unknown[]): void {
  if (typeof given[0] !== 'function') return;
  throw new StoreError(
    'UNSUPPORTED',
    `[@store/session] session.${method}() takes no callback. ` +
      (method === 'regenerate' || method === 'invalidate'
        ? 'Call it and continue: it is done when the response leaves.'
        : `Write await session.${method}().`),
  );
}
