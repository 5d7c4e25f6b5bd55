import { isStoreError, StoreError } from '@store/core';

/** Waits for one store call and measures it. */
export interface StoreCalls {
  /** @throws {StoreError} `UNAVAILABLE` when the answer takes too long. */
  call<T>(work: () => Promise<T>): Promise<T>;
  /** Milliseconds spent waiting so far. */
  spent(): number;
}

/**
 * Watches over the store calls of one request.
 *
 * A call given up on may still take effect: it is not known whether it did, which is what `UNAVAILABLE` says.
 *
 * @param timeout Seconds one call may take.
 */
export function watchStoreCalls(name: string, timeout: number): StoreCalls {
  let spent = 0;
  return {
    spent: () => spent,
    async call(work) {
      const began = performance.now();
      try {
        return await inTime(work(), timeout, () => tooLate(name, timeout));
      } finally {
        spent += performance.now() - began;
      }
    },
  };
}

function tooLate(name: string, timeout: number): StoreError {
  return new StoreError(
    'UNAVAILABLE',
    `[@store/session] ${name} did not answer within ${timeout} seconds. See to the backend, or raise \`timeout\`.`,
  );
}

/** What stores that answer without waiting for anything need at most, in turns of the microtask queue. */
const promptTurns = 8;

/** A timer for each call is dear beside a store that answers at once, so it is set only when the answer takes longer. */
async function inTime<T>(answer: Promise<T>, timeout: number, lateError: () => StoreError): Promise<T> {
  let isThere = false;
  const note = () => {
    isThere = true;
  };
  answer.then(note, note);
  for (let turn = 0; turn < promptTurns && !isThere; turn++) await undefined;
  if (isThere) return answer;

  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(lateError()), timeout * 1000);
    const settle =
      <V>(how: (value: V) => void) =>
      (value: V) => {
        clearTimeout(timer);
        how(value);
      };
    answer.then(settle(resolve), settle(reject));
  });
}

/** The HTTP status that tells what a failure means to the client: 503 when trying again may help, else 500. */
export function failureStatus(error: unknown): 500 | 503 {
  const temporary = ['UNAVAILABLE', 'CLOSED', 'CONFLICT', 'INCOMPATIBLE'] as const;
  return temporary.some((code) => isStoreError(error, code)) ? 503 : 500;
}

/** Gives an error the `status` by which Express, Connect, Koa and others answer. */
export function withStatus(error: unknown): unknown {
  if (isStoreError(error) && !('status' in error)) {
    Object.defineProperty(error, 'status', { value: failureStatus(error), configurable: true });
  }
  return error;
}
