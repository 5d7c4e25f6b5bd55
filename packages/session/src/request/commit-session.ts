import type { Awaitable } from '@store/core';
import type { SessionWrite } from '../session/session-write.ts';
import { isPublic } from './cache-headers.ts';
import { type Committed, conclude, nothing, type ResponseFacts, type WriteResult } from './conclude.ts';
import type { SessionOutcome } from './events.ts';
import type { RequestSession } from './request-session.ts';
import { continueSessionWithin } from './session-within.ts';
import { clearOtherVariant } from './several-cookies.ts';
import { isPromise, withStatus } from './store-calls.ts';
import { contentToCreate, skipped, writeSession } from './write-session.ts';

/** Outcomes after which the session is in the store, so later changes can be saved. */
const lasting: ReadonlySet<SessionOutcome> = new Set([
  'unchanged',
  'touched',
  'created',
  'updated',
  'regenerated',
]);

/**
 * Writes the handler's changes once, when the headers are about to be sent. Synchronous if the store is, or if it is not needed.
 *
 * @throws {StoreError} with a `status`, when the session could not be written and the response must not be sent.
 */
export function commitSession(request: RequestSession, response: ResponseFacts): Awaitable<Committed> {
  const { journal } = request;
  request.isCommitted = true;
  if (!journal.isLoaded) {
    // Wait for a load in progress; a failed one has been reported. A load that starts later can no longer set a cookie.
    const commit = () => (journal.isLoaded ? commitSession(request, response) : nothing);
    if (request.loading) return request.loading.then(commit, commit);
    journal.phase = 'closed';
    return conclude(request, skipped('none', 'not-asked'), response);
  }
  const { readOnly } = journal;
  if (readOnly) return conclude(request, skipped(readOnly.outcome, readOnly.reason), response);
  let continuing: Awaitable<boolean>;
  try {
    continuing = response.status < 500 && continueSessionWithin(request, response.headers);
  } catch (error) {
    return fail(request, error, response);
  }
  if (!isPromise(continuing)) return writeAndConclude(request, response);
  return continuing.then(
    () => writeAndConclude(request, response),
    (error: unknown) => fail(request, error, response),
  );
}

/** @throws {StoreError} as {@link commitSession} */
function writeAndConclude(request: RequestSession, response: ResponseFacts): Awaitable<Committed> {
  const { journal } = request;
  const write = journal.take();
  const isError = response.status >= 500;
  const isPublicResponse = isPublic(response.headers);
  const failed = isError ? 'handler-failed' : hasEffect(write) ? undefined : journal.dropped?.reason;

  // A store failure fails the request, unless nothing that the application did is lost.
  const onError = (error: unknown): Committed => {
    request.isStored = false;
    const isHarmless =
      failed !== undefined || (request.options.onStoreFailure === 'anonymous' && !hasEffect(write));
    if (!isHarmless) return fail(request, error, response);
    const outcome = failed ? 'discarded' : 'unchanged';
    return conclude(request, { ...skipped(outcome, 'store-failure'), error }, response);
  };
  const onWritten = (result: WriteResult): Committed => {
    request.isStored =
      !isError &&
      (failed
        ? write.base.exists
        : lasting.has(result.outcome) || (result.outcome === 'invalidated' && result.cookie === 'set'));
    return conclude(
      request,
      failed ? result : clearOtherVariant(request, write, result, isPublicResponse),
      response,
    );
  };
  try {
    const willLast = write.base.exists || contentToCreate(write) !== undefined;
    request.journal.phase = request.store.kind === 'server' && willLast ? 'values-only' : 'closed';
    const result = writeSession(request, write, failed, isPublicResponse);
    if (!isPromise(result)) return onWritten(result);
    const committed = result.then(onWritten, onError);
    request.isStored = Promise.resolve(committed).then(
      () => request.isStored === true,
      () => false,
    );
    return committed;
  } catch (error) {
    return onError(error);
  }
}

/** @throws {StoreError} with a `status`, always. */
function fail(request: RequestSession, error: unknown, response: ResponseFacts): never {
  conclude(request, { ...skipped('failed', 'store-failure'), error }, response);
  request.failure = withStatus(error);
  throw request.failure;
}

/** Whether anything the application did would be lost if the write failed. */
function hasEffect(write: SessionWrite): boolean {
  const { invalidated, changed, othersOf } = write;
  return invalidated || changed || othersOf !== undefined || contentToCreate(write) !== undefined;
}
