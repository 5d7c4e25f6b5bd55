import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { assertHandler, assertOptions } from '../arguments.ts';
import type { SessionOptions } from '../options.ts';
import { discardChanges, getSession, type SessionSlot } from '../request/attached-session.ts';
import { createSessions, type Sessions } from '../request/sessions.ts';
import type { Session } from '../session/session.ts';
import type { AppData, AppFlash } from '../session/session-types.ts';
import { sendPlainError, serveSession } from './serve-session.ts';

/**
 * Connect-style middleware, which Express, Polka, Vite and others accept too.
 *
 * @example
 * import { createServer } from 'node:http';
 * import { type NodeMiddleware, sessionMiddleware } from '@store/session/node';
 *
 * const middleware: NodeMiddleware = sessionMiddleware();
 * const server = createServer((request, response) => {
 *   middleware(request, response, (error) => response.writeHead(error ? 503 : 200).end());
 * });
 */
export type NodeMiddleware<Incoming extends IncomingMessage = IncomingMessage> = (
  request: Incoming,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void> | undefined;

/**
 * The options of {@link sessionMiddleware}.
 *
 * @example
 * import { type NodeSessionOptions, sessionMiddleware } from '@store/session/node';
 *
 * const options: NodeSessionOptions = { peek: (request) => request.url === '/feed' };
 * const middleware = sessionMiddleware(options);
 */
export type NodeSessionOptions<
  Data extends object = AppData,
  Incoming extends IncomingMessage = IncomingMessage,
> = SessionOptions<Data, Incoming>;

/**
 * Gives every request of a Connect-style application a session; handlers get it with `getSession(request)`.
 *
 * The session is written before the response's headers are sent, so the next request sees it, even after a redirect. If the store
 * cannot be reached, `next` receives a `StoreError` with `status` 503, before the handler runs or instead of its response.
 * Mounting the same middleware twice has no further effect.
 *
 * @throws {StoreError} `INVALID_OPTION` when an option is invalid.
 * @example
 * import { createServer } from 'node:http';
 * import { getSession, sessionMiddleware } from '@store/session/node';
 *
 * const middleware = sessionMiddleware();
 * const server = createServer((request, response) => {
 *   middleware(request, response, (error) => {
 *     if (error) response.writeHead(503).end();
 *     else response.end(`Hello, ${getSession<{ name: string }>(request).get('name', 'stranger')}`);
 *   });
 * });
 */
export function sessionMiddleware<
  Data extends object = AppData,
  Incoming extends IncomingMessage = IncomingMessage,
>(options: NodeSessionOptions<Data, Incoming> = {}): NodeMiddleware<Incoming> {
  assertOptions(options, 'app.use(sessionMiddleware({ … }))');
  return nodeMiddleware<Incoming>(createSessions(options));
}

/** @param prepare Called when the session is attached to the request, before the handler runs. */
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
 * An error handler for Connect and Polka, which do not report the errors that they turn into a 4xx: it drops the failed handler's
 * session changes and passes the error on. Mount it before other error handlers. Express does not need it.
 *
 * @example
 * import { discardOnError, sessionMiddleware } from '@store/session/node';
 * import express from 'express';
 *
 * const app = express(); // connect() takes the same calls
 * app.use(sessionMiddleware());
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

/**
 * Responds to a Node request that has a session.
 *
 * @example
 * import { createServer } from 'node:http';
 * import { type NodeHandler, sessionHandler } from '@store/session/node';
 *
 * const greet: NodeHandler<{ name: string }> = (_request, response, session) => {
 *   response.end(`Hello, ${session.get('name', 'stranger')}`);
 * };
 * const server = createServer(sessionHandler(greet));
 */
export type NodeHandler<Data extends object = AppData, Flash extends object = AppFlash> = (
  request: IncomingMessage,
  response: ServerResponse,
  session: Session<Data, Flash>,
) => void | Promise<void>;

/**
 * The options of {@link sessionHandler}.
 *
 * @example
 * import { type NodeHandlerOptions, sessionHandler } from '@store/session/node';
 *
 * const options: NodeHandlerOptions = {
 *   onError: (error, request) => console.error(request.method, request.url, error),
 * };
 * const listener = sessionHandler((_request, response) => {
 *   response.end('Hello');
 * }, options);
 */
export interface NodeHandlerOptions<Data extends object = AppData> extends NodeSessionOptions<Data> {
  /** Receives the handler's errors and failures to load or write the session; the client gets a plain 500 or 503. @default console.error */
  onError?: (error: unknown, request: IncomingMessage) => void;
}

/**
 * Gives a `node:http` request listener a session, without a framework.
 *
 * If the handler throws, nothing is written and the client gets a plain 500. If the store cannot be reached, the client gets a plain
 * 503.
 *
 * @throws {StoreError} `INVALID_OPTION` when an option is invalid.
 * @example
 * import { createServer } from 'node:http';
 * import { startSession } from '@store/core/memory';
 * import { sessionHandler } from '@store/session/node';
 *
 * await startSession();
 * const handler = sessionHandler<{ visits: number }>((_request, response, session) => {
 *   session.update('visits', (visits = 0) => visits + 1);
 *   response.end(`Visit ${session.get('visits')}`);
 * });
 * const server = createServer(handler);
 */
export function sessionHandler<Data extends object = AppData, Flash extends object = AppFlash>(
  handler: NodeHandler<Data, Flash>,
  options: NodeHandlerOptions<Data> = {},
): RequestListener {
  const call = 'sessionHandler(handler, options)';
  assertHandler(handler, call);
  assertOptions(options, call);
  const sessions = createSessions(options, ['onError']);
  // biome-ignore lint/suspicious/noConsole: like Express, so that a handler's error does not go unnoticed by default
  const { onError = console.error } = options;

  return (request, response) => {
    const fail = (error: unknown) => {
      onError(error, request);
      sendPlainError(response, error);
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
