import { StoreError } from './errors.ts';

/** @throws {StoreError} `INVALID_VALUE` unless the subject is 1–255 UTF-16 units, well-formed, and without NUL. */
export function assertSubject(subject: unknown): asserts subject is string {
  if (
    typeof subject === 'string' &&
    subject.length >= 1 &&
    subject.length <= 255 &&
    subject.isWellFormed() &&
    !subject.includes('\0')
  ) {
    return;
  }
  throw new StoreError(
    'INVALID_VALUE',
    '[@store/core] subject must be a string of 1 to 255 characters, well-formed and without NUL: a user id is a good one.',
  );
}
