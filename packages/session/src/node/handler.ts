import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { SessionData } from '@store/core';
import { invalidOption } from '@store/core/driver';
import { assertHandler, type SessionOptions } from '../options.ts';
import { attachedSession, attachSession, claimRequest } from '../request/attached-session.ts';
import { garbageCollection, saveLateChanges } from '../request/background.ts';
import { commitSession } from '../request/commit-session.ts';
import { applyHeaders } from '../request/conclude.ts';
import { NodeFacts } from '../request/facts.ts';
import type { RequestSession } from '../request/request-session.ts';
import { createSessions, type Sessions } from '../request/sessions.ts';
import { failureStatus, isPromise } from '../request/store-calls.ts';
import type { Session } from '../session/session.ts';
import { holdResponse } from './held-response.ts';

/** Connect's middleware, which Express, Polka, Vite and others take as well. */
export type NodeMiddleware<Incoming extends IncomingMessage = IncomingMessage> = (
  request: Incoming,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void> | undefined;

export type NodeSessionOptions<
  Data extends object = SessionData,
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
  Data extends object = SessionData,
  Incoming extends IncomingMessage = IncomingMessage,
>(options: NodeSessionOptions<Data, Incoming> = {}): NodeMiddleware<Incoming> {
  return nodeMiddleware<Incoming>(createSessions(options));
}

/** @param onOpen Called when the session is there, before the handler. */
export function nodeMiddleware<Incoming extends IncomingMessage>(
  sessions: Sessions,
  onOpen: (request: Incoming, session: RequestSession) => void = () => {},
): NodeMiddleware<Incoming> {
  const attach = (opened: RequestSession, request: Incoming, response: ServerResponse, next: Next): void => {
    attachSession(request, opened);
    attachToResponse(response, opened, next);
    onOpen(request, opened);
    next();
  };
  return (request, response, next) => {
    try {
      if (!claimRequest(request, sessions)) return void next();
      const opened = sessions.load(request, new NodeFacts(request));
      if (!isPromise(opened)) return void attach(opened, request, response, next);
      return Promise.resolve(opened).then(
        (session) => attach(session, request, response, next),
        (error: unknown) => next(error),
      );
    } catch (error) {
      return void next(error);
    }
  };
}

type Next = (error?: unknown) => void;

/** Has the session written before the response's headers leave, late changes before it ends, and garbage collected after it. */
function attachToResponse(response: ServerResponse, session: RequestSession, onFailure: Next): void {
  holdResponse(response, {
    commit: (head) => commitSession(session, head),
    apply: applyHeaders,
    beforeEnd: () => saveLateChanges(session),
    onFailure,
    onClose() {
      // From here on nothing else will save what a job in the background changes.
      session.journal.onLateChange = () => void saveLateChanges(session);
      if (response.headersSent) void saveLateChanges(session);
      void garbageCollection(session)?.();
    },
    onBypassed() {
      session.report(() => ({
        type: 'bypassed',
        outcome: 'lost',
        store: session.store.name,
        milliseconds: 0,
      }));
    },
  });
}

/** Responds to a Node request with the help of its session. */
export type NodeHandler<Data extends object, Flash extends object = SessionData> = (
  request: IncomingMessage,
  response: ServerResponse,
  session: Session<Data, Flash>,
) => void | Promise<void>;

export interface NodeHandlerOptions<Data extends object = SessionData> extends NodeSessionOptions<Data> {
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
export function sessionHandler<Data extends object = SessionData, Flash extends object = SessionData>(
  handler: NodeHandler<Data, Flash>,
  options: NodeHandlerOptions<Data> = {},
): RequestListener {
  assertHandler(handler, 'sessionHandler(handler, options)');
  // biome-ignore lint/suspicious/noConsole: as Express does, so that no handler's error disappears unless asked for
  const { onError = console.error, ...sessionOptions } = options;
  if (typeof onError !== 'function') throw invalidOption('@store/session', 'onError', 'a function', onError);
  const middleware = sessionMiddleware<Data>(sessionOptions);

  return (request, response) => {
    const fail = (error: unknown) => {
      onError(error, request);
      sendPlainly(response, failureStatus(error));
    };
    let isOpen = false;
    void middleware(request, response, (error) => {
      if (error !== undefined || isOpen) return fail(error);
      isOpen = true;
      void run(request, response).catch(fail);
    });
  };

  async function run(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { session } = attachedSession(request) as RequestSession;
      await handler(request, response, session as unknown as Session<Data, Flash>);
    } catch (error) {
      const session = attachedSession(request);
      if (session) session.journal.isDiscarded = true;
      throw error;
    }
  }
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
