import { StoreError } from '../rules/errors.ts';

/** Counts what a store is doing, so that closing can wait for it. */
export interface WorkInFlight {
  /** Runs a piece of work. @throws {StoreError} `CLOSED` once closing has begun. */
  run<T>(work: () => T | PromiseLike<T>): Promise<T>;
  /** Lets no new work begin, waits for the rest, then runs `end`. Twice: the same promise. */
  close(end: () => void | PromiseLike<void>): Promise<void>;
}

export function createWorkInFlight(store: string): WorkInFlight {
  let running = 0;
  let idle: (() => void) | undefined;
  let closing: Promise<void> | undefined;

  return {
    async run(work) {
      if (closing) {
        throw new StoreError(
          'CLOSED',
          `[${store}] This session store is closed. Start a new one with startSession().`,
        );
      }
      running++;
      try {
        return await work();
      } finally {
        if (--running === 0) idle?.();
      }
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
