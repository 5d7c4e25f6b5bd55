import { type Awaitable, type RecordStorage, type TryAgain, tryAgain } from '@store/core/driver';

const methods = [
  'read',
  'insert',
  'replace',
  'move',
  'save',
  'touch',
  'delete',
  'deleteSession',
  'deleteExpired',
  'scan',
  'listBySubject',
  'deleteBySubject',
] as const;

const attempts = 100;

/** A storage backend whose writes never return `tryAgain`. */
export type BoundStorage = { [Name in keyof RecordStorage]: Settled<RecordStorage[Name]> };

type Settled<Call> = Call extends (...args: infer Args) => Awaitable<infer Result>
  ? (...args: Args) => Awaitable<Exclude<Result, TryAgain>>
  : Call;

/**
 * The storage's functions, bound, because a driver may be a class instance. A write that returns `tryAgain` is repeated, as in core.
 * The caller that opened the storage closes it.
 */
export function boundStorage(storage: RecordStorage): BoundStorage {
  const bound = methods
    .filter((name) => typeof storage[name] === 'function')
    .map((name) => [name, repeated((storage[name] as (...args: never[]) => unknown).bind(storage))]);
  return Object.fromEntries(bound) as unknown as BoundStorage;
}

function repeated<Args extends unknown[]>(call: (...args: Args) => Awaitable<unknown>) {
  return (...args: Args): Awaitable<unknown> => {
    const result = call(...args);
    if (result !== tryAgain && !(result instanceof Promise)) return result;
    return (async () => {
      let latest = await result;
      for (let left = attempts; latest === tryAgain && left > 0; left -= 1) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        latest = await call(...args);
      }
      return latest;
    })();
  };
}
