/**
 * Waits for a promise, and no longer than that.
 *
 * @param failure What to reject with when the time is up.
 * @param tooLate Gets the value if it comes after all.
 */
export function inTime<T>(
  promise: Promise<T>,
  milliseconds: number,
  failure: () => Error,
  tooLate: (value: T) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(failure());
    }, milliseconds);
    promise.then(
      (value) => {
        clearTimeout(timer);
        if (late) tooLate(value);
        else resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
