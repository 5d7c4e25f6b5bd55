import { type SessionData, StoreError } from '@store/core';
import type { Exchange } from '../lifecycle/exchange.ts';
import type { Session } from '../session/session.ts';

const exchanges = new WeakMap<object, Exchange>();

/**
 * Ties a session to its request, without a property that types would have to know of.
 *
 * @throws {StoreError} `UNSUPPORTED` when another middleware has given it one.
 */
export function rememberSession(request: object, exchange: Exchange): void {
  if (exchanges.has(request)) {
    throw new StoreError(
      'UNSUPPORTED',
      '[@store/session] This request has a session already. Make one middleware for all routes; `peek` takes a function of the request.',
    );
  }
  exchanges.set(request, exchange);
}

/** Says that a request's handler failed, so that its changes are not written. A request without a session: nothing happens. */
export function discardChanges(request: object): void {
  exchanges.get(request)?.discard();
}

/**
 * Answers the session of a request that went through the middleware.
 *
 * @throws {StoreError} `UNSUPPORTED` when it did not.
 * @example
 * const session = getSession<{ userId: string }>(request);
 */
export function getSession<Data extends object = SessionData, Flash extends object = SessionData>(
  request: object,
): Session<Data, Flash> {
  const exchange = exchanges.get(request);
  if (exchange) return exchange.session as unknown as Session<Data, Flash>;
  throw new StoreError(
    'UNSUPPORTED',
    '[@store/session] This request has no session. Mount the session middleware before what uses it.',
  );
}
