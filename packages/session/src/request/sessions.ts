import type { Awaitable } from '@store/core';
import { insecureName } from '../cookie/session-cookie.ts';
import { type ResolvedSessionOptions, resolveSessionOptions } from '../options.ts';
import type { RequestFacts } from './facts.ts';
import { load } from './load-session.ts';
import { RequestSession } from './request-session.ts';

/** The sessions of all requests that one middleware serves. */
export class Sessions {
  readonly options: ResolvedSessionOptions;
  /** The cookie's name without its prefix, which identifies the session on a request. */
  readonly name: string;

  constructor(options: ResolvedSessionOptions) {
    this.options = options;
    this.name = insecureName(options.cookies.options.name);
  }

  /**
   * Opens the session of a request. Synchronous without a cookie, with `lazy`, and with a synchronous store.
   *
   * @param request For `peek` and events.
   * @throws {StoreError} with a `status`: `NO_STORE`, or the store's failure under `onStoreFailure: 'fail'`.
   */
  load(request: unknown, facts: RequestFacts, isLazy = this.options.lazy): Awaitable<RequestSession> {
    const opened = new RequestSession(this.options, facts, request);
    const loading = isLazy ? undefined : load(opened);
    return loading === undefined ? opened : loading.then(() => opened);
  }
}

/**
 * @param more Names of additional options that the caller takes.
 * @throws {StoreError} `INVALID_OPTION`, naming the option, what it accepts and what it got.
 */
export function createSessions(options: object, more: readonly string[] = []): Sessions {
  return new Sessions(resolveSessionOptions(options, more));
}

const createdBefore = new WeakMap<object, Sessions>();
const defaults = {};

/** Like {@link createSessions}, but checks an options object only once, however often it is passed. */
export function sessionsOf(options: object = defaults, more: readonly string[] = []): Sessions {
  let sessions = createdBefore.get(options);
  if (!sessions) {
    sessions = createSessions(options, more);
    createdBefore.set(options, sessions);
  }
  return sessions;
}
