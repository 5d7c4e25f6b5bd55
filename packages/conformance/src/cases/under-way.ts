/**
 * A promise to await later. A rejection before that does not count as unhandled, even if the case ends first because an assertion
 * fails.
 */
export function underWay<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
