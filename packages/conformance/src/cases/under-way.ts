/**
 * A promise to await later. If it rejects before then, the rejection does not count as unhandled, even if a failed
 * assertion ends the case early.
 */
export function underWay<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
