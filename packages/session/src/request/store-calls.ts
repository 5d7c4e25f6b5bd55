import { type Awaitable, isStoreError, StoreError } from '@store/core';

/** Times one request's store calls, and times out any that takes too long. */
export class StoreCalls {
  readonly #store: string;
  readonly #timeout: number;
  /** Milliseconds spent waiting so far. */
  milliseconds = 0;

  /** @param timeout Seconds one call may take. */
  constructor(store: string, timeout: number) {
    this.#store = store;
    this.#timeout = timeout;
  }

  /**
   * Synchronous when the store is. A call that timed out may still take effect: `UNAVAILABLE` means that the result is unknown.
   *
   * @throws {StoreError} `UNAVAILABLE` when the call takes too long.
   */
  call<T>(work: () => Awaitable<T>): Awaitable<T> {
    const began = performance.now();
    const result = work();
    if (!isPromise(result)) {
      this.milliseconds += performance.now() - began;
      return result;
    }
    return this.#inTime(result, began);
  }

  #inTime<T>(result: PromiseLike<T>, began: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => done(reject, this.#tooLate()), this.#timeout * 1000);
      const done = <V>(how: (value: V) => void, value: V) => {
        clearTimeout(timer);
        this.milliseconds += performance.now() - began;
        how(value);
      };
      result.then(
        (value) => done(resolve, value),
        (error: unknown) => done(reject, error),
      );
    });
  }

  #tooLate(): StoreError {
    return new StoreError(
      'UNAVAILABLE',
      `[@store/session] ${this.#store} did not finish a call within ${this.#timeout} seconds. Check the backend, or increase \`timeout\`.`,
    );
  }
}

export function isPromise<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | undefined)?.then === 'function';
}

/** Calls `next` with a value, now or once it resolves. */
export function whenReady<T, R>(value: Awaitable<T>, next: (value: T) => Awaitable<R>): Awaitable<R> {
  return isPromise(value) ? value.then(next) : next(value);
}

const temporary = ['UNAVAILABLE', 'CLOSED', 'CONFLICT', 'INCOMPATIBLE'] as const;

/** The HTTP status for a failure: 503 when retrying may help, 500 otherwise. */
export function failureStatus(error: unknown): 500 | 503 {
  return temporary.some((code) => isStoreError(error, code)) ? 503 : 500;
}

/** A plain 503, on any runtime. */
export function serviceUnavailable(): Response {
  return new Response('Service Unavailable', {
    status: 503,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
  });
}

/**
 * Gives an error the properties of an `http-errors` error, from which Express, Fastify, Koa, Nest and others choose the response.
 * Writable, because Koa assigns the status it has chosen.
 */
export function withStatus<E>(error: E): E {
  if (isStoreError(error) && !('status' in error)) {
    const status = failureStatus(error);
    const known = { status, statusCode: status, expose: false };
    // Hono calls an error's `getResponse`, and responds with 500 to an error without one.
    const all = status === 503 ? { ...known, getResponse: serviceUnavailable } : known;
    for (const [name, value] of Object.entries(all))
      Object.defineProperty(error, name, { value, configurable: true, writable: true });
  }
  return error;
}
