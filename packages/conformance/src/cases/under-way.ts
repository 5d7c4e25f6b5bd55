/**
 * A promise to await later. If it rejects before that, this is not an unhandled rejection, even if the case ends early
 * because an assertion fails.
 */
export function underWay<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
