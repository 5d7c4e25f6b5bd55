import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { assertHandler, assertOptions } from '../arguments.ts';
import type { SessionOptions } from '../options.ts';
import { discardChanges, getSession, type SessionSlot } from '../request/attached-session.ts';
import { createSessions, type Sessions } from '../request/sessions.ts';
import type { Session } from '../session/session.ts';
import type { AppData, AppFlash } from '../session/session-types.ts';
import { sendPlainly, serveSession } from './serve-session.ts';

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
  assertOptions(options, 'app.use(sessionMiddleware({ … }))');
  return nodeMiddleware<Incoming>(createSessions(options));
}

/** @param prepare Called when the session has its place on the request, before the handler. */
export function nodeMiddleware<Incoming extends IncomingMessage>(
  sessions: Sessions,
  prepare: (request: Incoming, slot: SessionSlot) => void = () => {},
): NodeMiddleware<Incoming> {
  return (request, response, next) =>
    serveSession(sessions, request, response, {
      onOpen(slot) {
        if (slot) prepare(request, slot);
        next();
      },
      onLoadFailed: next,
      onSaveFailed: next,
    });
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
  next: (error?: unknown) => void,
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
  const call = 'sessionHandler(handler, options)';
  assertHandler(handler, call);
  assertOptions(options, call);
  const sessions = createSessions(options, ['onError']);
  // biome-ignore lint/suspicious/noConsole: as Express does, so that no handler's error disappears unless asked for
  const { onError = console.error } = options;

  return (request, response) => {
    const fail = (error: unknown) => {
      onError(error, request);
      sendPlainly(response, error);
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
    void serveSession(sessions, request, response, {
      onOpen: (slot) => void run(slot),
      onLoadFailed: fail,
      onSaveFailed: fail,
    });
  };
}
