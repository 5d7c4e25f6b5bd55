import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Awaitable } from '@store/core';
import { claimRequest, type SessionSlot, shareRecord } from '../request/attached-session.ts';
import { garbageCollection, saveLateChanges } from '../request/background.ts';
import type { ResponseHeaders } from '../request/cache-headers.ts';
import { commitSession } from '../request/commit-session.ts';
import { applyHeaders, type Committed, nothing, type ResponseFacts } from '../request/conclude.ts';
import { NodeFacts } from '../request/facts.ts';
import type { RequestSession } from '../request/request-session.ts';
import type { Sessions } from '../request/sessions.ts';
import { failureStatus, isPromise } from '../request/store-calls.ts';
import { holdResponse } from './held-response.ts';
import type { ResponseHooks } from './response-hooks.ts';

/** What an adapter does when a request's session has been opened, or could not be. */
export interface Outcomes {
  /** Called before the handler; without a slot when the same middleware already serves the request. */
  onOpen(slot?: SessionSlot, opened?: RequestSession): void;
  /** Called instead of `onOpen` when the session cannot be loaded. */
  onLoadFailed(error: unknown): void;
  /** Called instead of sending the response when the session cannot be written: nothing has been sent. */
  onSaveFailed(error: unknown): void;
}

/**
 * Loads a request's session, and arranges for it to be written before the response's headers are sent.
 * Synchronous when the store is.
 *
 * @param request The framework's request, which carries the session too, and is passed to `peek` and events.
 */
export function serveSession(
  sessions: Sessions,
  incoming: IncomingMessage,
  response: ServerResponse,
  outcomes: Outcomes,
  request: object = incoming,
): Promise<void> | undefined {
  let slot: SessionSlot | undefined;
  let loading: Awaitable<RequestSession> | undefined;
  try {
    slot = claimRequest(incoming, sessions);
    if (slot && request !== incoming) shareRecord(slot.record, request);
    loading = slot && sessions.load(request, new NodeFacts(incoming));
  } catch (error) {
    return void outcomes.onLoadFailed(error);
  }
  if (!loading) return void outcomes.onOpen();
  const open = (opened: RequestSession) => {
    slot?.fill(opened);
    holdResponse(response, new SessionHooks(opened, response, outcomes));
    outcomes.onOpen(slot, opened);
  };
  if (!isPromise(loading)) return void open(loading);
  return Promise.resolve(loading).then(open, (error: unknown) => outcomes.onLoadFailed(error));
}

/** Writes the session before the response's headers are sent, saves late changes before it ends, and collects garbage after it. */
class SessionHooks implements ResponseHooks<Committed> {
  readonly #session: RequestSession;
  readonly #response: ServerResponse;
  readonly #outcomes: Outcomes;

  constructor(session: RequestSession, response: ServerResponse, outcomes: Outcomes) {
    this.#session = session;
    this.#response = response;
    this.#outcomes = outcomes;
  }

  commit(head: ResponseFacts): Awaitable<Committed> {
    // Koa's middleware commits before the response starts, and has already set the headers.
    if (this.#session.isCommitted) return nothing;
    try {
      return commitSession(this.#session, head);
    } catch (error) {
      // Never thrown synchronously: the handler's next call, such as `end` after `writeHead`, would be taken for the error response.
      return Promise.reject(error);
    }
  }

  apply(committed: Committed, headers: ResponseHeaders): void {
    applyHeaders(committed, headers);
  }

  beforeEnd(): Promise<void> | undefined {
    return saveLateChanges(this.#session);
  }

  onFailure(error: unknown): void {
    this.#outcomes.onSaveFailed(error);
  }

  onClose(): void {
    // From now on, `later` is the only path that saves what background work changes.
    this.#session.later = ignore;
    if (this.#response.headersSent) void saveLateChanges(this.#session);
    void garbageCollection(this.#session)?.();
  }

  onBypassed(): void {
    const session = this.#session;
    session.report(() => ({
      type: 'bypassed',
      outcome: 'lost',
      store: session.store.name,
      milliseconds: 0,
    }));
  }
}

/**
 * Responds to an error without a framework. A response that has started cannot become an error; it is cut off so that it does not
 * look complete.
 */
export function sendPlainError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    // A response that has ended is complete or being flushed.
    if (!response.writableEnded) response.destroy();
    return;
  }
  const status = failureStatus(error);
  const text = status === 503 ? 'Service Unavailable' : 'Internal Server Error';
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(text);
}

function ignore(): void {}
