import { isPromise, whenReady } from '../request/store-calls.ts';
import type { ResponseHooks } from './response-hooks.ts';

/** Runs two hooks for one response, one after the other. If one fails, its `onFailure` is called. */
export function joinHooks<A, B>(first: ResponseHooks<A>, second: ResponseHooks<B>): ResponseHooks<[A, B]> {
  let failing: ResponseHooks<never> = first as ResponseHooks<never>;
  return {
    commit(response) {
      // The response becomes an error response, and the second hook still has to commit for it, as for any 5xx.
      const fail = (error: unknown): never => {
        const other = attempt(() => second.commit({ ...response, status: 500 }));
        if (isPromise(other)) other.then(undefined, () => {});
        throw error;
      };
      const next = (a: A) => {
        failing = second as ResponseHooks<never>;
        return whenReady(second.commit(response), (b): [A, B] => [a, b]);
      };
      let a: A | PromiseLike<A>;
      try {
        a = first.commit(response);
      } catch (error) {
        return fail(error);
      }
      return isPromise(a) ? a.then(next, fail) : next(a);
    },
    apply([a, b], headers) {
      first.apply(a, headers);
      second.apply(b, headers);
    },
    beforeEnd() {
      const work = [first.beforeEnd(), second.beforeEnd()].filter((each) => each !== undefined);
      return work.length > 0 ? Promise.all(work).then(() => {}) : undefined;
    },
    onFailure: (error) => failing.onFailure(error),
    onClose() {
      first.onClose?.();
      second.onClose?.();
    },
    onBypassed() {
      first.onBypassed?.();
      second.onBypassed?.();
    },
  };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
