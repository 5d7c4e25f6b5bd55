import type { Awaitable } from '@store/core/driver';

/** Work that is synchronous except where it yields a promise: to wait for the disk (`durable`) or another process. */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>;

export function run<T>(steps: Steps<T>): Awaitable<T> {
  const step = steps.next();
  return step.done ? step.value : finish(steps, step.value);
}

async function finish<T>(steps: Steps<T>, waiting: Promise<unknown>): Promise<T> {
  for (let next = waiting; ; ) {
    const failed = await next.then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const step = failed ? steps.throw(failed.error) : steps.next();
    if (step.done) return step.value;
    next = step.value;
  }
}
