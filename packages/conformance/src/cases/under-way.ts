/**
 * A promise that is awaited later. Until then a rejection is not unhandled, also when the case ends before: an assertion may
 * fail in between.
 */
export function underWay<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
