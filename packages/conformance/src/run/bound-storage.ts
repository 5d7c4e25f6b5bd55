import type { RecordStorage } from '@store/core/driver';

const methods = [
  'read',
  'insert',
  'replace',
  'save',
  'touch',
  'delete',
  'deleteExpired',
  'listBySubject',
  'deleteBySubject',
] as const;

/** The storage's functions, each callable by itself: a driver may be a class. Closing stays with whoever opened it. */
export function boundStorage(storage: RecordStorage): RecordStorage {
  const bound = methods
    .filter((name) => typeof storage[name] === 'function')
    .map((name) => [name, (storage[name] as (...args: never[]) => unknown).bind(storage)]);
  return Object.fromEntries(bound) as unknown as RecordStorage;
}
