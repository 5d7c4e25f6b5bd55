import { type SessionData, StoreError } from '@store/core';
import type { Session } from '../session/session.ts';
import { load } from './load-session.ts';
import type { RequestSession } from './request-session.ts';

/** What a request carries: the middleware that serves it, and its session once that is opened. */
interface Attached {
  by: object;
  session?: RequestSession;
}

// A hidden property rather than a WeakMap, which keeps young garbage alive until a full collection (docs/decisions/004).
const attachedKey = Symbol('@store/session');
type Carrier = { [attachedKey]?: Attached };

/**
 * Marks a request as served by a middleware.
 *
 * @returns `false` when this one serves it already
 * @throws {StoreError} `UNSUPPORTED` when another of ours does
 */
export function claimRequest(request: object, middleware: object): boolean {
  const known = (request as Carrier)[attachedKey];
  if (known?.by === middleware) return false;
  if (known) {
    throw new StoreError(
      'UNSUPPORTED',
      '[@store/session] This request already has a session. Use a single middleware for all routes; `peek` takes a function of the request.',
    );
  }
  // Not enumerable: neither copied nor printed with the request.
  Object.defineProperty(request, attachedKey, { value: { by: middleware }, configurable: true });
  return true;
}

/** Attaches a session to its request, without a property that types would have to know of. */
export function attachSession(request: object, session: RequestSession): void {
  const attached = (request as Carrier)[attachedKey];
  if (attached) attached.session = session;
  else Object.defineProperty(request, attachedKey, { value: { by: session, session }, configurable: true });
}

/** The session attached to a request, if any. */
export function attachedSession(request: object): RequestSession | undefined {
  return (request as Carrier)[attachedKey]?.session;
}

/**
 * Says that a request's handler failed, so that what it changed is not written. Changes an error handler makes afterwards are
 * written, provided its response is not an error. Does nothing for a request without a session.
 */
export function discardChanges(request: object): void {
  attachedSession(request)?.journal.dropChanges();
}

/**
 * The session of a request that went through the middleware. With `lazy` the store is asked now: write
 * `await getSession(request)`, which is right in both cases.
 *
 * @throws {StoreError} `UNSUPPORTED` when the request did not go through it.
 * @example
 * const session = getSession<{ userId: string }>(request);
 */
export function getSession<Data extends object = SessionData, Flash extends object = SessionData>(
  request: object,
): Session<Data, Flash> {
  const attached = attachedSession(request);
  if (!attached) {
    throw new StoreError(
      'UNSUPPORTED',
      '[@store/session] This request has no session. Mount the session middleware before what uses it, and before any other that sets request.session.',
    );
  }
  const session = attached.session as unknown as Session<Data, Flash>;
  if (attached.loading === undefined) {
    attached.loading = load(attached)?.then(() => {
      attached.loading = undefined;
      return attached.session;
    });
  }
  return (attached.loading ?? session) as Session<Data, Flash>;
}
