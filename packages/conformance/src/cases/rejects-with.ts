import assert from 'node:assert/strict';
import { isStoreError, type StoreErrorCode } from '@store/core';

/** Waits for a rejection with a `StoreError` that has this code. @returns the error */
export async function rejectsWith(
  code: StoreErrorCode,
  doing: string,
  promise: Promise<unknown>,
): Promise<Error> {
  let answer: unknown;
  try {
    answer = await promise;
  } catch (error) {
    if (isStoreError(error, code)) return error;
    throw new Error(`${doing} must reject with ${code}, but rejected with something else.`, { cause: error });
  }
  assert.fail(`${doing} must reject with ${code}, but resolved to ${JSON.stringify(answer)}.`);
}
