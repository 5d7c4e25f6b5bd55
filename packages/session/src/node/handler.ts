import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Awaitable } from '@store/core';
import { invalidOption } from '@store/core/driver';
import { assertHandler, type SessionOptions } from '../options.ts';
import { claimRequest, discardChanges, getSession, type SessionSlot } from '../request/attached-session.ts';
import { garbageCollection, saveLateChanges } from '../request/background.ts';
import type { ResponseHeaders } from '../request/cache-headers.ts';
import { commitSession } from '../request/commit-session.ts';
import { applyHeaders, type Committed, type ResponseFacts } from '../request/conclude.ts';
import { NodeFacts } from '../request/facts.ts';
import type { RequestSession } from '../request/request-session.ts';
import { createSessions, type Sessions } from '../request/sessions.ts';
import { failureStatus, isPromise } from '../request/store-calls.ts';
import type { Session } from '../session/session.ts';
import type { AppData, AppFlash } from '../session/session-types.ts';
import { holdResponse } from './held-response.ts';
import type { ResponseHooks } from './response-hooks.ts';

/** Connect's middleware, which Express, Polka, Vite and others take as well. */
export type NodeMiddleware<Incoming extends IncomingMessage = IncomingMessage> = (
  request: Incoming,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void> | undefined;

export type NodeSessionOptions<
  Data extends object = AppData,
  Incoming extends IncomingMessage = IncomingMessage,
> = SessionOptions<Data, Incoming>;

/**
 * Gives every request of a Connect-style application a session; handlers ask for it with `getSession(request)`.
 *
 * The session is written before the response's headers leave, so the next request sees it, even after a redirect. A store
 * that cannot be reached goes to `next` as a `StoreError` with `status` 503, before the handler or instead of its response.
 * The same middleware mounted twice acts once.
 *
 * @throws {StoreError} `INVALID_OPTION` when an option cannot be right.
 * @example
 * app.use(sessionMiddleware());
 * app.use((request, response) => {
 *   const session = getSession<{ visits: number }>(request);
 *   session.update('visits', (visits = 0) => visits + 1);
 *   response.end(`Visit ${session.get('visits')}`);
 * });
 */
export function sessionMiddleware<
  Data extends object = AppData,
  Incoming extends IncomingMessage = IncomingMessage,
>(options: NodeSessionOptions<Data, Incoming> = {}): NodeMiddleware<Incoming> {
  return nodeMiddleware<Incoming>(createSessions(options));
}

/** @param prepare Called when the session has its place on the request, before the handler. */
export function nodeMiddleware<Incoming extends IncomingMessage>(
  sessions: Sessions,
  prepare: (request: Incoming, slot: SessionSlot) => void = () => {},
): NodeMiddleware<Incoming> {
  return (request, response, next) =>
    open(sessions, request, response, next, (slot) => {
      if (slot) prepare(request, slot);
      next();
    });
}

/**
 * Opens a request's session and has its response write it.
 *
 * @param onFailure Called when the session cannot be loaded or, instead of the response, written.
 * @param onOpen Called before the handler; without a slot when the same middleware serves the request already.
 */
function open(
  sessions: Sessions,
  request: IncomingMessage,
  response: ServerResponse,
  onFailure: Next,
  onOpen: (slot: SessionSlot | undefined) => void,
): Promise<void> | undefined {
  try {
    const slot = claimRequest(request, sessions);
    if (!slot) return void onOpen(undefined);
    const attach = (opened: RequestSession) => {
      slot.fill(opened);
      holdResponse(response, new SessionHooks(opened, response, onFailure));
      onOpen(slot);
    };
    const opened = sessions.load(request, new NodeFacts(request));
    if (!isPromise(opened)) return void attach(opened);
    return Promise.resolve(opened).then(attach, onFailure);
  } catch (error) {
    return void onFailure(error);
  }
}

type Next = (error?: unknown) => void;

function ignore(): void {}

/** Has the session written before the response's headers leave, late changes before it ends, and garbage collected after it. */
class SessionHooks implements ResponseHooks<Committed> {
  readonly #session: RequestSession;
  readonly #response: ServerResponse;
  readonly onFailure: Next;

  constructor(session: RequestSession, response: ServerResponse, onFailure: Next) {
    this.#session = session;
    this.#response = response;
    this.onFailure = onFailure;
  }

  commit(head: ResponseFacts): Awaitable<Committed> {
    return commitSession(this.#session, head);
  }

  apply(committed: Committed, headers: ResponseHeaders): void {
    applyHeaders(committed, headers);
  }

  beforeEnd(): Promise<void> | undefined {
    return saveLateChanges(this.#session);
  }

  onClose(): void {
    // From here on nothing else will save what a job in the background changes.
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
 * An error handler for Connect and Polka, which tell nobody of the errors that they turn into a 4xx: it drops what the failed
 * handler changed in the session, and passes the error on. Mount it before other error handlers. Express needs none.
 *
 * @example
 * app.use(discardOnError());
 */
export function discardOnError(): (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next: Next,
) => void {
  return (error, request, _response, next) => {
    discardChanges(request);
    next(error);
  };
}

/** Responds to a Node request with the help of its session. */
export type NodeHandler<Data extends object = AppData, Flash extends object = AppFlash> = (
  request: IncomingMessage,
  response: ServerResponse,
  session: Session<Data, Flash>,
) => void | Promise<void>;

export interface NodeHandlerOptions<Data extends object = AppData> extends NodeSessionOptions<Data> {
  /** Receives what the handler throws and why a session could not be kept; the client gets a plain 500 or 503. @default console.error */
  onError?: (error: unknown, request: IncomingMessage) => void;
}

/**
 * Gives a `node:http` request listener a session, without a framework.
 *
 * A handler that throws writes nothing, and the client gets a plain 500; a plain 503 when the store cannot be reached.
 *
 * @throws {StoreError} `INVALID_OPTION` when an option cannot be right.
 * @example
 * createServer(sessionHandler<{ visits: number }>((request, response, session) => {
 *   session.update('visits', (visits = 0) => visits + 1);
 *   response.end(`Visit ${session.get('visits')}`);
 * })).listen(3000);
 */
export function sessionHandler<Data extends object = AppData, Flash extends object = AppFlash>(
  handler: NodeHandler<Data, Flash>,
  options: NodeHandlerOptions<Data> = {},
): RequestListener {
  assertHandler(handler, 'sessionHandler(handler, options)');
  // biome-ignore lint/suspicious/noConsole: as Express does, so that no handler's error disappears unless asked for
  const { onError = console.error, ...sessionOptions } = options;
  if (typeof onError !== 'function') throw invalidOption('@store/session', 'onError', 'a function', onError);
  const sessions = createSessions(sessionOptions);

  return (request, response) => {
    const fail = (error: unknown) => {
      onError(error, request);
      sendPlainly(response, failureStatus(error));
    };
    const run = async (slot: SessionSlot | undefined): Promise<void> => {
      try {
        const session = slot?.session ?? getSession(request, sessions.name);
        await handler(request, response, session as unknown as Session<Data, Flash>);
      } catch (error) {
        discardChanges(request);
        fail(error);
      }
    };
    void open(sessions, request, response, fail, (slot) => void run(slot));
  };
}

/** A response that has begun cannot become an error; cutting it off at least does not look complete. */
function sendPlainly(response: ServerResponse, status: 500 | 503): void {
  if (response.headersSent) {
    // One that has ended is whole, or on its way.
    if (!response.writableEnded) response.destroy();
    return;
  }
  const text = status === 503 ? 'Service Unavailable' : 'Internal Server Error';
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(text);
}
