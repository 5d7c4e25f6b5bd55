import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { SessionData } from '@store/core';
import { failureStatus } from '../lifecycle/store-calls.ts';
import type { Session } from '../session/session.ts';
import { type NodeSessionOptions, sessionMiddleware } from './node-middleware.ts';
import { discardChanges, getSession } from './session-of-request.ts';

/** Answers a Node request with the help of its session. */
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
 * A handler that throws writes nothing, and is answered with a plain 500; a store that cannot answer with a plain 503.
 *
 * @throws {StoreError} `INVALID_OPTION` at once, when an option cannot be right.
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
  // biome-ignore lint/suspicious/noConsole: as Express does, so that no handler's error disappears unless asked for
  const { onError = console.error, ...sessionOptions } = options;
  const middleware = sessionMiddleware<Data>(sessionOptions);

  return async (request, response) => {
    const answer = (error: unknown) => {
      onError(error, request);
      answerPlainly(response, failureStatus(error));
    };
    let failure: { error: unknown } | undefined;
    let opened = false;
    await middleware(request, response, (error) => {
      if (error === undefined) opened = true;
      else if (opened) answer(error);
      else failure = { error };
    });
    if (failure) return answer(failure.error);
    try {
      await handler(request, response, getSession<Data, Flash>(request));
    } catch (error) {
      discardChanges(request);
      answer(error);
    }
  };
}

/** A response that has begun cannot become an error; cutting it off at least does not look complete. */
function answerPlainly(response: ServerResponse, status: 500 | 503): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const text = status === 503 ? 'Service Unavailable' : 'Internal Server Error';
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(text);
}
