import { forgetStore } from '../cache/cached-store.ts';
import { brandStore, type DirectStore } from '../cache/store-brand.ts';
import { type Awaitable, isPromise } from '../contract/drivers.ts';
import type { SessionStore } from '../contract/session-store.ts';
import { callBackend, StoreError } from '../errors.ts';
import type { Report } from '../report.ts';

/** A store's methods, not yet guarded against use after `close()`. Those on the request path may be synchronous. */
export interface StoreMethods
  extends DirectStore,
    Omit<SessionStore, 'kind' | 'name' | 'timeouts' | 'close' | keyof DirectStore> {}

/** What each kind of store provides to become a {@link SessionStore}. */
export interface StoreParts extends Pick<SessionStore, 'kind' | 'name' | 'timeouts'> {
  report: Report;
  methods: StoreMethods;
  /** The driver's `close`, if it has one. */
  close: (() => Awaitable<void>) | undefined;
}

/** Makes the store that users get: opaque, frozen, branded, and with a `close()` that waits for work in flight. */
export function assembleStore({ kind, name, timeouts, report, methods, close }: StoreParts): SessionStore {
  let running = 0;
  let idle: (() => void) | undefined;
  let closing: Promise<void> | undefined;

  const done = () => {
    if (--running === 0) idle?.();
  };
  const closed = () =>
    new StoreError('CLOSED', `[${name}] This session store is closed. Start a new one with startSession().`);

  /** The same method, except that it throws once the store is closed, and `close()` waits for calls in progress. */
  const guard =
    <Args extends unknown[], T>(method: (...args: Args) => Awaitable<T>) =>
    (...args: Args): Awaitable<T> => {
      if (closing) throw closed();
      const result = method(...args);
      if (isPromise(result)) {
        running++;
        result.then(done, done);
      }
      return result;
    };
  /** The method as users call it: it always returns a promise, and rejects where the guarded method throws. */
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
    endsBySubject: methods.endsBySubject,
    planMove: methods.planMove,
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
      // Guarded step by step: a caller that stops reading halfway must not keep `close()` waiting.
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

/** Calls made during a run share its outcome. */
function singleFlight<T>(run: () => Promise<T>): () => Promise<T> {
  let flying: Promise<T> | undefined;
  return () => {
    flying ??= run().finally(() => {
      flying = undefined;
    });
    return flying;
  };
}
