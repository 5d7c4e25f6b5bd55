import { insecureName } from '../cookie/session-cookie.ts';
import type { Session } from '../session/session.ts';
import type { AppData, AppFlash } from '../session/session-types.ts';
import { unsupported } from '../session/strict-session.ts';
import { requestsIn } from './inner-request.ts';
import { load } from './load-session.ts';
import type { RequestSession } from './request-session.ts';
import type { Sessions } from './sessions.ts';

/**
 * A session as its request carries it, under its cookie's name without the prefix. Other copies of this package, possibly of
 * another version, call these methods, so they must not change.
 */
interface AttachedSession {
  readonly name: string;
  /** The middleware that provides it. */
  readonly by: object;
  /** Whether the response is complete, so that the same request object may be served again. */
  readonly isDone: boolean;
  /** The session; a promise if it still has to be loaded; `undefined` before loading starts, or when loading failed. */
  get(): Session | PromiseLike<Session> | undefined;
  /** Drops the changes made so far, because the request's handler has failed. */
  discard(): void;
}

/** All sessions of one request, in the order in which they were mounted. */
export interface RequestRecord {
  sessions: readonly AttachedSession[];
  /** The `Cache-Control` that one of the sessions, not the application, has set. */
  cacheControl?: string;
}

// A hidden property, because a WeakMap keeps young garbage alive until a full collection (docs/decisions/004). A registered
// symbol, so that two copies of this package share a request's sessions, as they share the store.
const recordKey = Symbol.for('@store/session/request/1');
type Carrier = { [recordKey]?: RequestRecord };

function recordOf(request: object): RequestRecord {
  const known = (request as Carrier)[recordKey];
  if (known && !isServed(known)) return known;
  const record: RequestRecord = { sessions: [] };
  shareRecord(record, request);
  return record;
}

/** Whether all sessions of a request are done, so that its object may be reused. */
function isServed({ sessions }: RequestRecord): boolean {
  return sessions.every(({ isDone }) => isDone);
}

/** Lets another object, such as a framework's context, carry the sessions too. */
export function shareRecord(record: RequestRecord, carrier: object): void {
  // Not enumerable, so that it is neither copied nor printed with the request.
  Object.defineProperty(carrier, recordKey, { value: record, configurable: true });
}

/** One session's slot on its request. */
export class SessionSlot implements AttachedSession {
  readonly name: string;
  readonly by: object;
  readonly record: RequestRecord;
  isDone = false;
  #opened: RequestSession | undefined;

  constructor(sessions: Sessions, record: RequestRecord) {
    this.name = sessions.name;
    this.by = sessions;
    this.record = record;
  }

  /** Whether it is the request's first session, the one behind a framework's `request.session`. */
  get isFirst(): boolean {
    return this.record.sessions[0] === this;
  }

  /** The session, without loading it: with `lazy`, it may not be usable yet. */
  get session(): Session | undefined {
    return this.#opened?.session;
  }

  /** Whether the session can be used. */
  get isLoaded(): boolean {
    return this.#opened?.journal.isLoaded === true;
  }

  fill(opened: RequestSession): void {
    opened.record = this.record;
    this.#opened = opened;
  }

  get(): Session | PromiseLike<Session> | undefined {
    const opened = this.#opened;
    if (!opened || opened.journal.isLoaded) return opened?.session;
    opened.loading ??= loadSession(opened);
    return opened.journal.isLoaded ? opened.session : opened.loading;
  }

  discard(): void {
    this.#opened?.journal.dropChanges('handler-failed');
  }
}

/** A synchronous store has loaded the session by the time this returns. With any store, it rejects on failure. */
async function loadSession(opened: RequestSession): Promise<Session> {
  await load(opened);
  return opened.session;
}

/**
 * Marks a request as served by a middleware.
 *
 * @returns the slot for its session; `undefined` when this middleware already serves the request
 * @throws {StoreError} `UNSUPPORTED` when another of our middlewares with the same cookie name serves it
 */
export function claimRequest(request: object, sessions: Sessions): SessionSlot | undefined {
  const record = recordOf(request);
  const { name } = sessions;
  const known = record.sessions.find((session) => session.name === name);
  if (known && !known.isDone) {
    if (known.by === sessions) return undefined;
    throw unsupported(
      `Another session middleware with the cookie ${name} already serves this request. Use a single one for all routes (\`peek\` can be a function of the request), or give one of them another cookie: { name }.`,
    );
  }
  const slot = new SessionSlot(sessions, record);
  record.sessions = [...record.sessions.filter((session) => session.name !== name), slot];
  return slot;
}

/** Whether one of our session middlewares serves the request. */
export function isClaimed(request: object): boolean {
  return (request as Carrier)[recordKey] !== undefined;
}

/**
 * Drops what a request's failed handler changed, so that it is not written. Changes that an error handler makes afterwards are
 * written, unless the response is a 5xx. Does nothing for a request without a session.
 */
export function discardChanges(request: object): void {
  for (const session of (request as Carrier)[recordKey]?.sessions ?? []) session.discard();
}

/**
 * Returns the session of a request that went through a session middleware. With `lazy`, this call loads it: write
 * `await getSession(request)`, which works without `lazy` too.
 *
 * @param request The runtime's or the framework's request, or the context or event that holds it: Express's `request`,
 *   Fastify's `request` or `request.raw`, Hono's `c` or `c.req.raw`, Koa's `ctx` or `ctx.req`.
 * @param name The session cookie's name without its prefix, where several middlewares serve the request.
 *   Default: the session of the middleware that was mounted first.
 * @throws {StoreError} `UNSUPPORTED` when the request did not go through the middleware, or its session could not be loaded.
 * @example
 * import { getSession, sessionMiddleware } from '@store/session/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use(sessionMiddleware());
 * app.get('/', (request, response) => {
 *   const session = getSession<{ name: string }>(request);
 *   response.send(`Hello, ${session.get('name', 'stranger')}`);
 * });
 */
export function getSession<Data extends object = AppData, Flash extends object = AppFlash>(
  request: object,
  name?: string,
): Session<Data, Flash> {
  const sessions = recordIn(request)?.sessions;
  const attached =
    name === undefined ? sessions?.[0] : sessions?.find((session) => session.name === insecureName(name));
  const session = attached?.get();
  if (session) return session as unknown as Session<Data, Flash>;
  throw unsupported(noSessionReason(request, name, attached));
}

function recordIn(request: unknown): RequestRecord | undefined {
  for (const each of requestsIn(request)) {
    const record = (each as Carrier)[recordKey];
    if (record) return record;
  }
  return undefined;
}

function noSessionReason(
  request: unknown,
  name: string | undefined,
  attached: AttachedSession | undefined,
): string {
  if (attached)
    return 'The session of this request is not loaded yet, or could not be loaded. The error handler receives the reason.';
  if (requestsIn(request).next().done)
    return 'getSession takes a request. Pass the one that your handler received, or the framework’s context.';
  const which = name === undefined ? 'no session' : `no session named ${name}`;
  return `This request has ${which}. Mount the session middleware before the code that uses it, and pass the same request object: a copy carries no session.`;
}
