import { forgetStore } from '../cache/cached-store.ts';
import { brandStore, type DirectStore } from '../cache/store-brand.ts';
import type { Awaitable } from '../contract/session-content.ts';
import type { SessionStore } from '../contract/session-store.ts';
import { isStoreError, StoreError } from '../errors.ts';
import type { Report } from '../report.ts';

/** A store's methods before they are guarded against use after `close()`. Those of the request path may be synchronous. */
export interface StoreMethods
  extends DirectStore,
    Omit<SessionStore, 'kind' | 'name' | 'timeouts' | 'close' | keyof DirectStore> {}

/** What each kind of store hands over to become a {@link SessionStore}. */
export interface StoreParts extends Pick<SessionStore, 'kind' | 'name' | 'timeouts'> {
  report: Report;
  methods: StoreMethods;
  /** The driver's own `close`, if it has one. */
  close: (() => Awaitable<void>) | undefined;
}

/** Makes the store that users hold: opaque, frozen, branded, and with a `close()` that waits for work in flight. */
export function guardedStore({ kind, name, timeouts, report, methods, close }: StoreParts): SessionStore {
  let running = 0;
  let idle: (() => void) | undefined;
  let closing: Promise<void> | undefined;

  const done = () => {
    if (--running === 0) idle?.();
  };
  /** Counts work in flight, so that closing can wait for it. The caller's own path to the result gets no longer. */
  const watch = (work: PromiseLike<unknown>) => {
    running++;
    work.then(done, done);
  };
  const assertOpen = () => {
    if (!closing) return;
    throw new StoreError(
      'CLOSED',
      `[${name}] This session store is closed. Start a new one with startSession().`,
    );
  };
  const guard =
    <Args extends unknown[], T>(method: (...args: Args) => Awaitable<T>) =>
    (...args: Args): Awaitable<T> => {
      if (closing) assertOpen();
      const result = method(...args);
      if (isPromise(result)) watch(result);
      return result;
    };
  const promised =
    <Args extends unknown[], T>(method: (...args: Args) => Awaitable<T>) =>
    (...args: Args): Promise<T> => {
      try {
        return Promise.resolve(method(...args));
      } catch (error) {
        return Promise.reject(error);
      }
    };

  const direct: DirectStore = {
    load: guard(methods.load),
    save: guard(methods.save),
    update: guard(methods.update),
    touch: guard(methods.touch),
    cookieValue: guard(methods.cookieValue),
    endsSessions: methods.endsSessions,
  };
  const store: SessionStore = {
    kind,
    name,
    timeouts,
    load: promised(direct.load),
    save: promised(direct.save),
    update: promised(direct.update),
    touch: promised(direct.touch),
    cookieValue: promised(direct.cookieValue),
    create: promised(guard(methods.create)),
    destroy: promised(guard(methods.destroy)),
    gc: promised(guard(singleFlight(methods.gc))),
    list: promised(guard(methods.list)),
    destroyAll: promised(guard(methods.destroyAll)),
    count: promised(guard(methods.count)),
    clear: promised(guard(methods.clear)),
    async *entries() {
      const entries = methods.entries()[Symbol.asyncIterator]();
      // Guarded step by step: a caller who stops reading half way must not keep `close()` waiting.
      for (const next = guard(() => entries.next()); ; ) {
        const step = await next();
        if (step.done) return;
        yield step.value;
      }
    },
    close: () => {
      forgetStore(store);
      closing ??= new Promise<void>((resolve) => {
        if (running === 0) resolve();
        else idle = resolve;
      }).then(() => close && callBackend(name, 'close', close));
      return closing;
    },
  };
  return brandStore(store, report, direct);
}

/** Runs one at a time: a call while one is under way gets its outcome. */
function singleFlight<T>(run: () => Promise<T>): () => Promise<T> {
  let flying: Promise<T> | undefined;
  return () => {
    flying ??= run().finally(() => {
      flying = undefined;
    });
    return flying;
  };
}

/**
 * Calls a driver's function. What it throws becomes `UNAVAILABLE` with the cause kept; a `StoreError` passes as it is.
 * Synchronous results stay synchronous; skipping the promise makes `load` measurably faster.
 */
export function callBackend<T>(store: string, doing: string, call: () => Awaitable<T>): Awaitable<T> {
  let result: Awaitable<T>;
  try {
    result = call();
  } catch (cause) {
    throw backendError(store, doing, cause);
  }
  if (!isPromise(result)) return result;
  return result.then(undefined, (cause: unknown) => {
    throw backendError(store, doing, cause);
  });
}

/** The error for what a driver's function threw. */
export function backendError(store: string, doing: string, cause: unknown): StoreError {
  if (isStoreError(cause)) return cause;
  return new StoreError(
    'UNAVAILABLE',
    `[${store}] The session backend failed to ${doing}. See the error's cause, and try again when the backend is back.`,
    { cause },
  );
}

export function isPromise<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | undefined)?.then === 'function';
}
