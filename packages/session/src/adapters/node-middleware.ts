import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SessionData } from '@store/core';
import { createLifecycle } from '../lifecycle/open-exchange.ts';
import type { SessionOptions } from '../lifecycle/session-options.ts';
import { attachExchange, factsOf } from './node-exchange.ts';
import { rememberSession, takeOn } from './session-of-request.ts';

/** Connect's middleware, which Express, Polka, Vite and others take as well. */
export type NodeMiddleware<Incoming extends IncomingMessage = IncomingMessage> = (
  request: Incoming,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>;

export type NodeSessionOptions<
  Data extends object = SessionData,
  Incoming extends IncomingMessage = IncomingMessage,
> = SessionOptions<Data, Incoming>;

/**
 * Gives every request of a Connect-style application a session; handlers ask for it with `getSession(request)`.
 *
 * The session is written before the response's headers leave, so the next request sees it, also after a redirect. A store
 * that cannot answer reaches `next` as a `StoreError` with `status` 503, before the handler or instead of its response.
 * The same middleware mounted twice acts once.
 *
 * @throws {StoreError} `INVALID_OPTION` at once, when an option cannot be right.
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
  const lifecycle = createLifecycle<Incoming>(options as SessionOptions<never, Incoming>);

  return async (request, response, next) => {
    if (!takeOn(request, lifecycle)) return next();
    try {
      const exchange = await lifecycle.open(request, factsOf(request));
      rememberSession(request, exchange);
      attachExchange(response, exchange, next);
    } catch (error) {
      return next(error);
    }
    next();
  };
}
