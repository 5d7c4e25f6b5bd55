import { StoreError } from '../rules/errors.ts';

/** The error for a method that this store cannot have, with the reason in words. */
export function unsupported(name: string, method: string, why: string): StoreError {
  return new StoreError(
    'UNSUPPORTED',
    `[${name}] ${method}() is not supported by this store: ${why}. Use a driver that has it.`,
  );
}
