import type { SessionData } from '@store/core';
import type { Exchange } from '../lifecycle/exchange.ts';
import { createLifecycle } from '../lifecycle/open-exchange.ts';
import type { SessionOptions } from '../lifecycle/session-options.ts';
import { failureStatus } from '../lifecycle/store-calls.ts';
import type { Session } from '../session/session.ts';
import { editResponse, factsOf } from './fetch-exchange.ts';
import { rememberSession } from './session-of-request.ts';

/** Answers a web-standard request with the help of its session. What else the runtime passes comes third and on. */
export type FetchHandler<Data extends object, Rest extends unknown[], Flash extends object = SessionData> = (
  request: Request,
  session: Session<Data, Flash>,
  ...rest: Rest
) => Response | Promise<Response>;

export interface FetchSessionOptions<Data extends object = SessionData, Rest extends unknown[] = unknown[]>
  extends SessionOptions<Data, Request> {
  /**
   * Keeps the runtime alive for work after the response, such as garbage collection.
   * @default the work runs on its own, which suits long-lived servers
   */
  waitUntil?: (work: Promise<void>, request: Request, ...rest: Rest) => void;
}

/**
 * Gives a fetch handler a session: `Request` in, `Response` out, on any runtime.
 *
 * The session is written before the response is handed on. Changes made later, while a body streams, are saved as they are
 * made. A store that cannot answer gives a plain 503; every other error, the handler's own too, is thrown on.
 *
 * @throws {StoreError} `INVALID_OPTION` at once, when an option cannot be right.
 * @example
 * export default {
 *   fetch: sessionHandler<{ visits: number }>((request, session) => {
 *     session.update('visits', (visits = 0) => visits + 1);
 *     return new Response(`Visit ${session.get('visits')}`);
 *   }),
 * };
 */
export function sessionHandler<
  Data extends object = SessionData,
  Rest extends unknown[] = unknown[],
  Flash extends object = SessionData,
>(
  handler: FetchHandler<Data, Rest, Flash>,
  options: FetchSessionOptions<Data, Rest> = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  const { waitUntil = () => {}, ...sessionOptions } = options;
  const lifecycle = createLifecycle<Request>(sessionOptions as SessionOptions<never, Request>);

  return async (request, ...rest) => {
    const later = (work: Promise<void>) => waitUntil(work, request, ...rest);
    let exchange: Exchange;
    try {
      exchange = await lifecycle.open(request, factsOf(request));
    } catch (error) {
      return unavailable(error);
    }
    const { session } = exchange;
    rememberSession(request, exchange);
    exchange.onLateChange(() => later(exchange.saveLateChanges()));
    let response: Response;
    try {
      response = await handler(request, session as unknown as Session<Data, Flash>, ...rest);
    } catch (error) {
      exchange.discard();
      await exchange.commit({ status: 500, headers: editResponse(new Response()).headers });
      throw error;
    }
    const edit = editResponse(response);
    try {
      await exchange.commit({ status: response.status, headers: edit.headers });
    } catch (error) {
      return unavailable(error);
    }
    const collect = exchange.garbageCollection();
    if (collect) later(nextTurn().then(collect));
    return edit.response();
  };
}

/** A 503 for a store that may answer the next time; other errors are the runtime's to show. */
function unavailable(error: unknown): Response {
  if (failureStatus(error) !== 503) throw error;
  return new Response('Service Unavailable', {
    status: 503,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
  });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
