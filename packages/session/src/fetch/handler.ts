import { assertHandler, assertOptions, assertRequest } from '../arguments.ts';
import { assertPartialOptions, type PartialOption, type SessionOptions, type WaitUntil } from '../options.ts';
import { cancelStream } from '../request/abandoned-page.ts';
import { claimRequest, getSession } from '../request/attached-session.ts';
import { garbageCollection } from '../request/background.ts';
import type { ReadableHeaders, ResponseHeaders } from '../request/cache-headers.ts';
import { commitSession } from '../request/commit-session.ts';
import { applyHeaders } from '../request/conclude.ts';
import { FetchFacts } from '../request/facts.ts';
import type { RequestSession } from '../request/request-session.ts';
import { createSessions, type Sessions, sessionsOf } from '../request/sessions.ts';
import { failureStatus, serviceUnavailable } from '../request/store-calls.ts';
import type { Session } from '../session/session.ts';
import type { AppData, AppFlash } from '../session/session-types.ts';

/**
 * Responds to a web-standard request that has a session. Other arguments that the runtime passes follow the session.
 *
 * @example
 * import { startSession } from '@store/core/memory';
 * import { type FetchHandler, sessionHandler } from '@store/session/fetch';
 *
 * await startSession();
 * const greet: FetchHandler<{ name: string }, []> = (_request, session) =>
 *   new Response(`Hello, ${session.get('name', 'stranger')}`);
 * const handler = sessionHandler(greet);
 * const response = await handler(new Request('https://shop.example/'));
 * await response.text(); // 'Hello, stranger'
 */
export type FetchHandler<Data extends object, Rest extends unknown[], Flash extends object = AppFlash> = (
  request: Request,
  session: Session<Data, Flash>,
  ...rest: Rest
) => Response | Promise<Response>;

/**
 * The options of {@link sessionHandler} and {@link withSession}.
 *
 * @example
 * import { type FetchSessionOptions, sessionHandler } from '@store/session/fetch';
 *
 * type Rest = [env: object, context: { waitUntil(work: Promise<void>): void }];
 * const options: FetchSessionOptions<{ name: string }, Rest> = {
 *   waitUntil: (work, _request, _env, context) => context.waitUntil(work),
 * };
 * const handler = sessionHandler((_request, session) => Response.json(session.all()), options);
 */
export interface FetchSessionOptions<Data extends object = AppData, Rest extends unknown[] = unknown[]>
  extends SessionOptions<Data, Request> {
  /**
   * Keeps the runtime alive for work after the response, such as garbage collection. Long-lived servers do not need it.
   * @default none: nothing waits for that work
   */
  waitUntil?: WaitUntil<[request: Request, ...rest: Rest]>;
}

/** Additional options of the functions in this file. */
const taken: readonly PartialOption[] = ['waitUntil'];

type Later = (work: PromiseLike<void>) => void;

/**
 * Gives a fetch handler a session: `Request` in, `Response` out, on any runtime.
 *
 * The session is written before the response is returned. Changes made later, while a body streams, are saved as they are made. If
 * the store cannot be reached, the response is a plain 503; every other error, including the handler's, is rethrown, and none of
 * that request's changes are written.
 *
 * @throws {StoreError} `INVALID_OPTION` when an option is invalid.
 * @example
 * import { startSession } from '@store/core/memory';
 * import { sessionHandler } from '@store/session/fetch';
 *
 * await startSession();
 * const handler = sessionHandler<{ visits: number }>((_request, session) => {
 *   session.update('visits', (visits = 0) => visits + 1);
 *   return new Response(`Visit ${session.get('visits')}`);
 * });
 * const response = await handler(new Request('https://shop.example/'));
 * await response.text(); // 'Visit 1'
 */
export function sessionHandler<
  Data extends object = AppData,
  Rest extends unknown[] = unknown[],
  Flash extends object = AppFlash,
>(
  handler: FetchHandler<Data, Rest, Flash>,
  options: FetchSessionOptions<Data, Rest> = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  const call = 'sessionHandler(handler, options)';
  assertHandler(handler, call);
  assertOptions(options, call);
  const sessions = createSessions(options, taken);
  const { waitUntil } = options;

  return (request, ...rest) =>
    runWithSession(
      request,
      sessions,
      (session) => handler(request, session as unknown as Session<Data, Flash>, ...rest),
      (work) => waitUntil?.(Promise.resolve(work), request, ...rest),
    );
}

/**
 * Runs a handler with the session of a request, for anything that maps a `Request` to a `Response`: a framework's middleware, one
 * route, a test.
 *
 * @throws {StoreError} `INVALID_OPTION` when an option is invalid; also rethrows the handler's errors
 * @example
 * import { startSession } from '@store/core/memory';
 * import { withSession } from '@store/session';
 *
 * await startSession();
 * const greet = (request: Request) =>
 *   withSession(request, undefined, (session) => Response.json({ name: session.get('name') ?? 'stranger' }));
 * const response = await greet(new Request('https://shop.example/'));
 * await response.json(); // { name: 'stranger' }
 */
export function withSession<Data extends object = AppData, Flash extends object = AppFlash>(
  request: Request,
  options: FetchSessionOptions<Data, []> | undefined,
  handler: (session: Session<Data, Flash>) => Response | Promise<Response>,
): Promise<Response> {
  const call = 'withSession(request, options, handler)';
  assertHandler(handler, call);
  assertRequest(request, call);
  if (options !== undefined) {
    assertOptions(options, call);
    assertPartialOptions(options, taken);
  }
  const sessions = sessionsOf(options, taken);
  return runWithSession(
    request,
    sessions,
    (session) => handler(session as unknown as Session<Data, Flash>),
    (work) => options?.waitUntil?.(Promise.resolve(work), request),
  );
}

async function runWithSession(
  source: Request,
  sessions: Sessions,
  handler: (session: Session) => Response | Promise<Response>,
  later: Later,
): Promise<Response> {
  const slot = claimRequest(source, sessions);
  if (!slot) return handler(await getSession(source, sessions.name));
  try {
    let request: RequestSession;
    try {
      request = await sessions.load(source, new FetchFacts(source));
    } catch (error) {
      return unavailable(error);
    }
    slot.fill(request);
    request.later = later;
    let response: Response;
    try {
      response = await handler(request.session);
    } catch (error) {
      await abandon(request);
      throw error;
    }
    try {
      return await finish(request, response, later);
    } catch (error) {
      cancelStream(response?.body);
      return unavailable(error);
    }
  } finally {
    // The same object may be served again, as in a test.
    slot.isDone = true;
  }
}

/** Drops the changes of a handler that threw. A session that it invalidated still ends. */
export async function abandon(request: RequestSession): Promise<void> {
  request.journal.dropChanges('handler-failed');
  await commitSession(request, { status: 500, headers: noHeaders });
}

/**
 * Writes the session and adds its headers to the response.
 *
 * @throws {StoreError} when the session cannot be written; the response must then not be sent.
 */
export async function finish(request: RequestSession, response: Response, later: Later): Promise<Response> {
  // For an upgrade, a Bun handler returns nothing, and a Deno handler returns status 101; `Response.error()` never reaches a
  // browser. A result that takes no headers is returned unchanged.
  const isResponse = typeof response?.headers?.get === 'function';
  // Checked by the status, which is 0 for an error: reading `type` makes @hono/node-server create a real Response.
  const takesHeaders = isResponse && response.status >= 200;
  const edit = takesHeaders ? new ResponseEdit(response) : undefined;
  const status = isResponse ? response.status : 200;
  const committed = commitSession(request, { status, headers: edit ?? noHeaders, takesHeaders });
  const done = 'then' in committed ? await committed : committed;
  if (edit) applyHeaders(done, edit);
  const collect = garbageCollection(request);
  if (collect) later(nextTurn().then(collect));
  return edit ? edit.response : response;
}

const noHeaders: ReadableHeaders = { get: () => undefined, getSetCookie: () => [] };

/** Changes a response's headers, on a copy of the response where necessary. */
class ResponseEdit implements ResponseHeaders {
  response: Response;
  #isOwn = false;

  constructor(response: Response) {
    this.response = response;
  }

  get(name: string): string | undefined {
    return this.response.headers.get(name) ?? undefined;
  }
  getSetCookie(): readonly string[] {
    // An object that only resembles a Response may lack this method.
    return this.response.headers.getSetCookie?.() ?? [];
  }
  replaceSetCookie(lines: readonly string[]): void {
    this.#edit((headers) => {
      headers.delete('Set-Cookie');
      for (const line of lines) headers.append('Set-Cookie', line);
    }, true);
  }
  set(name: string, value: string): void {
    this.#edit((headers) => headers.set(name, value), false);
  }
  append(name: string, value: string): void {
    this.#edit((headers) => headers.append(name, value), name === 'Set-Cookie');
  }

  #edit(change: (headers: Headers) => void, isPersonal: boolean): void {
    // A response without a body may be one object that the application returns to every visitor, so one visitor's cookie must not
    // stay on it. A body can be sent only once, so a response with a body belongs to this request. The body is read only when
    // necessary, because reading it makes @hono/node-server create a real Response and a stream.
    if (isPersonal && !this.#isOwn) {
      if (this.response.body === null) this.response = copy(this.response);
      this.#isOwn = true;
    }
    try {
      change(this.response.headers);
    } catch {
      this.response = copy(this.response);
      change(this.response.headers);
    }
  }
}

function copy(response: Response): Response {
  return new Response(response.body, response);
}

/** A 503 for a store failure that may be temporary; other errors are left to the runtime. */
function unavailable(error: unknown): Response {
  if (failureStatus(error) !== 503) throw error;
  return serviceUnavailable();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
