import type { Awaitable } from '../contract/awaitable.ts';
import { isStoreError, StoreError } from '../rules/errors.ts';

/** Calls a driver's function. What it throws becomes `UNAVAILABLE` with the cause kept; a `StoreError` passes as it is. */
export type CallBackend = <T>(doing: string, call: () => Awaitable<T>) => Promise<T>;

export function createCallBackend(store: string): CallBackend {
  return async (doing, call) => {
    try {
      return await call();
    } catch (cause) {
      if (isStoreError(cause)) throw cause;
      throw new StoreError(
        'UNAVAILABLE',
        `[${store}] The session backend failed to ${doing}. The error's cause says why; try again once it answers.`,
        { cause },
      );
    }
  };
}
