import { type SessionData, StoreError } from '@store/core';
import type { Exchange } from '../lifecycle/exchange.ts';
import type { Session } from '../session/session.ts';

/** What a request carries: the middleware that took it on, and its session once that is opened. */
interface Tie {
  by?: object;
  exchange?: Exchange;
}

// A hidden property and no WeakMap, in which young garbage stays alive until a full collection (docs/decisions/004).
const tieKey = Symbol('@store/session');

type Tied = { [tieKey]?: Tie };

function tie(request: object): Tie {
  const known = (request as Tied)[tieKey];
  if (known) return known;
  const fresh: Tie = {};
  // Not enumerable: neither copied nor printed with the request.
  Object.defineProperty(request, tieKey, { value: fresh });
  return fresh;
}

/** @returns `false` when this middleware has taken on the request before */
export function takeOn(request: object, middleware: object): boolean {
  const known = tie(request);
  if (known.by === middleware) return false;
  known.by ??= middleware;
  return true;
}

/**
 * Ties a session to its request, without a property that types would have to know of.
 *
 * @throws {StoreError} `UNSUPPORTED` when another middleware has given it one.
 */
export function rememberSession(request: object, exchange: Exchange): void {
  const known = tie(request);
  if (known.exchange) {
    throw new StoreError(
      'UNSUPPORTED',
      '[@store/session] This request has a session already. Make one middleware for all routes; `peek` takes a function of the request.',
    );
  }
  known.exchange = exchange;
}

/** Says that a request's handler failed, so that its changes are not written. A request without a session: nothing happens. */
export function discardChanges(request: object): void {
  (request as Tied)[tieKey]?.exchange?.discard();
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
  const exchange = (request as Tied)[tieKey]?.exchange;
  if (exchange) return exchange.session as unknown as Session<Data, Flash>;
  throw new StoreError(
    'UNSUPPORTED',
    '[@store/session] This request has no session. Mount the session middleware before what uses it.',
  );
}
