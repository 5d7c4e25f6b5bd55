import { type Awaitable, isStoreError, type StoredSession, StoreError } from '@store/core';
import { unsupported } from '../session/strict-session.ts';
import { hasEnded, isMarkedAsEnded } from './ended-seals.ts';
import type { RequestSession } from './request-session.ts';
import { lookUpSeveral } from './several-cookies.ts';
import { isPromise, withStatus } from './store-calls.ts';

/**
 * Loads a request's session. Without a cookie, the store is not called, and an unknown id is never adopted.
 *
 * @returns `undefined` when the session is already loaded, as from a synchronous store
 * @throws {StoreError} with a `status`: the store's failure under `onStoreFailure: 'fail'`.
 */
export function load(opened: RequestSession): PromiseLike<void> | undefined {
  if (opened.isAsked) return undefined;
  opened.isAsked = true;
  const { candidates, hasCookie, isAmbiguous } = opened.cookie;
  if (candidates.length === 0) {
    opened.journal.absence = isAmbiguous ? 'ambiguous-cookie' : hasCookie ? 'unknown-session' : 'no-cookie';
    finish(opened);
    return undefined;
  }
  try {
    const found =
      candidates.length === 1 ? lookUp(opened, candidates[0] as string) : lookUpSeveral(opened, candidates);
    if (isPromise(found))
      return found.then(
        () => finish(opened),
        (error: unknown) => fail(opened, error),
      );
    finish(opened);
  } catch (error) {
    fail(opened, error);
  }
  return undefined;
}

function lookUp(opened: RequestSession, value: string): Awaitable<void> {
  const stored = opened.calls.call(() => opened.direct.load(value));
  return isPromise(stored)
    ? stored.then((session) => begin(opened, value, session))
    : begin(opened, value, stored);
}

function begin(opened: RequestSession, value: string, stored: StoredSession): void {
  if (stored.exists && !hasEnded(opened, stored.id)) {
    opened.cookieValue = value;
    opened.journal.begin(stored);
    return;
  }
  if (stored.exists)
    opened.journal.absence = isMarkedAsEnded(opened, stored.id) ? 'ended-earlier' : 'ended-during-request';
  else opened.journal.absence = stored.moved ? 'moved' : 'unknown-session';
  if (stored.moved) opened.journal.alsoReceived.push(stored.id);
}

function finish(opened: RequestSession): void {
  opened.journal.isLoaded = true;
  // With `lazy`, the headers may have been sent by now. A session on the server can still store values.
  if (opened.journal.phase === 'closed' && opened.journal.base.exists && opened.store.kind === 'server') {
    opened.journal.phase = 'values-only';
    opened.isStored = true;
  }
  if (opened.options.peek?.(opened.request as never)) makePeek(opened);
}

/** Makes a session read-only. */
export function makePeek(opened: RequestSession): void {
  opened.journal.readOnly ??= { outcome: 'peeked', reason: 'peek', error: peekOnly };
}

function peekOnly(): StoreError {
  return unsupported(
    'This session was opened read-only. To write, open it with openSession(), or exclude the request from `peek`.',
  );
}

function fail(opened: RequestSession, error: unknown): void {
  const isDown = isStoreError(error, 'UNAVAILABLE') || isStoreError(error, 'CLOSED');
  if (opened.options.onStoreFailure === 'anonymous' && isDown) {
    const refusal = () =>
      withStatus(
        new StoreError(
          'UNAVAILABLE',
          '[@store/session] The session could not be read, so this request has an empty, read-only one. Try again later.',
          { cause: error },
        ),
      );
    opened.journal.readOnly = { outcome: 'anonymous', reason: 'store-failure', error: refusal };
    opened.journal.isLoaded = true;
    return;
  }
  opened.reportFailure(opened.store.name, error);
  throw withStatus(error);
}
