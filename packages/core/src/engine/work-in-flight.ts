import { StoreError } from '../rules/errors.ts';

/** Counts what a store is doing, so that closing can wait for it. */
export interface WorkInFlight {
  /** Runs an asynchronous function. Rejects with `CLOSED` once closing has begun. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Lets no new work begin, waits for the rest, then runs `end`. Twice: the same promise. */
  close(end: () => void | PromiseLike<void>): Promise<void>;
}

export function createWorkInFlight(store: string): WorkInFlight {
  let running = 0;
  let idle: (() => void) | undefined;
  let closing: Promise<void> | undefined;

  const done = () => {
    if (--running === 0) idle?.();
  };
  const closed = () =>
    new StoreError('CLOSED', `[${store}] This session store is closed. Start a new one with startSession().`);

  return {
    run(work) {
      if (closing) return Promise.reject(closed());
      running++;
      const outcome = work();
      // Watched from the side: the caller's own way to the answer gets no longer.
      outcome.then(done, done);
      return outcome;
    },
    close(end) {
      closing ??= new Promise<void>((resolve) => {
        if (running === 0) resolve();
        else idle = resolve;
      }).then(end);
      return closing;
    },
  };
}
