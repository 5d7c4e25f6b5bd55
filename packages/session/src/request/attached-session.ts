import { insecureName } from '../cookie/session-cookie.ts';
import type { Session } from '../session/session.ts';
import type { AppData, AppFlash } from '../session/session-types.ts';
import { unsupported } from '../session/strict-session.ts';
import { requestsIn } from './inner-request.ts';
import { load } from './load-session.ts';
import type { RequestSession } from './request-session.ts';
import type { Sessions } from './sessions.ts';

/**
 * A session as its request carries it, under the name of its cookie without prefix. Another copy of this package, of another
 * version even, calls these methods, so they stay as they are.
 */
interface AttachedSession {
  readonly name: string;
  /** The middleware that serves it. */
  readonly by: object;
  /** Whether the response is done, so that the same request may be served again. */
  readonly isDone: boolean;
  /** The session; a promise while the store has to be asked; `undefined` before it is loaded and when loading failed. */
  get(): Session | PromiseLike<Session> | undefined;
  /** Drops what was changed so far: the request's handler has failed. */
  discard(): void;
}

/** All sessions of one request, in the order in which they were mounted. */
export interface RequestRecord {
  sessions: readonly AttachedSession[];
  /** The `Cache-Control` that one of them has set, which is not the application's own. */
  cacheControl?: string;
}

// A hidden property rather than a WeakMap, which keeps young garbage alive until a full collection (docs/decisions/004). A
// registered symbol, so that two copies of this package share the sessions of a request as they share the store.
const recordKey = Symbol.for('@store/session/request/1');
type Carrier = { [recordKey]?: RequestRecord };

function recordOf(request: object): RequestRecord {
  const known = (request as Carrier)[recordKey];
  if (known && !isServed(known)) return known;
  const record: RequestRecord = { sessions: [] };
  shareRecord(record, request);
  return record;
}

/** Whether everything was done for a request, whose object may be used again. */
function isServed({ sessions }: RequestRecord): boolean {
  return sessions.every(({ isDone }) => isDone);
}

/** Lets another object, such as a framework's context, carry the sessions too. */
export function shareRecord(record: RequestRecord, carrier: object): void {
  // Not enumerable: neither copied nor printed with the request.
  Object.defineProperty(carrier, recordKey, { value: record, configurable: true });
}

/** The place of one session on its request. */
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

  /** Whether it is the request's first session, which a framework's `request.session` is. */
  get isFirst(): boolean {
    return this.record.sessions[0] === this;
  }

  /** The session without asking the store for it: with `lazy` it cannot be used yet. */
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

/** A synchronous store has loaded it by the time this returns. Failures reject, whatever the store. */
async function loadSession(opened: RequestSession): Promise<Session> {
  await load(opened);
  return opened.session;
}

/**
 * Marks a request as served by a middleware.
 *
 * @returns where its session goes; `undefined` when this middleware serves the request already
 * @throws {StoreError} `UNSUPPORTED` when another of ours with the same cookie name does
 */
export function claimRequest(request: object, sessions: Sessions): SessionSlot | undefined {
  const record = recordOf(request);
  const { name } = sessions;
  const known = record.sessions.find((session) => session.name === name);
  if (known && !known.isDone) {
    if (known.by === sessions) return undefined;
    throw unsupported(
      `Another session middleware with the cookie ${name} serves this request. Use a single one for all routes (\`peek\` takes a function of the request), or give one of them another cookie: { name }.`,
    );
  }
  const slot = new SessionSlot(sessions, record);
  record.sessions = [...record.sessions.filter((session) => session.name !== name), slot];
  return slot;
}

/** Whether a session middleware of ours has served the request. */
export function isClaimed(request: object): boolean {
  return (request as Carrier)[recordKey] !== undefined;
}

/**
 * Says that a request's handler failed, so that what it changed is not written. What an error handler changes afterwards is,
 * provided its response is not a 5xx. Does nothing for a request without a session.
 */
export function discardChanges(request: object): void {
  for (const session of (request as Carrier)[recordKey]?.sessions ?? []) session.discard();
}

/**
 * The session of a request that went through a session middleware. With `lazy` the store is asked now: write
 * `await getSession(request)`, which is right in both cases.
 *
 * @param request The request of the runtime or of the framework, or the context or event that holds it: Express's `request`,
 *   Fastify's `request` or `request.raw`, Hono's `c` or `c.req.raw`, Koa's `ctx` or `ctx.req`.
 * @param name The name of the session's cookie without its prefix, where several middlewares serve the request side by side.
 *   Default: the one that was mounted first.
 * @throws {StoreError} `UNSUPPORTED` when the request did not go through it, or its session could not be loaded.
 * @example
 * const session = getSession<{ userId: string }>(request);
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
  throw unsupported(whyNone(request, name, attached));
}

function recordIn(request: unknown): RequestRecord | undefined {
  for (const each of requestsIn(request)) {
    const record = (each as Carrier)[recordKey];
    if (record) return record;
  }
  return undefined;
}

function whyNone(request: unknown, name: string | undefined, attached: AttachedSession | undefined): string {
  if (attached)
    return 'The session of this request could not be loaded, or is not loaded yet. The error handler is given the reason.';
  if (requestsIn(request).next().done)
    return 'getSession takes a request. Pass the one that your handler received, or the framework’s context.';
  const which = name === undefined ? 'no session' : `no session named ${name}`;
  return `This request has ${which}. Mount the session middleware before what uses it, and pass the request that it was given: a copy carries no session.`;
}
