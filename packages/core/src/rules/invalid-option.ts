import { StoreError } from './errors.ts';

/**
 * The error for an option that cannot be right: it names the option, what it takes and what it got.
 *
 * @param store Whose option it is, such as `@store/sqlite`.
 * @param takes What the option takes, as it follows "must be".
 * @param got The value given. Strings are never quoted, since they may be secrets.
 * @example
 * throw invalidOption('@store/file', 'directory', 'a path', options.directory);
 */
export function invalidOption(store: string, option: string, takes: string, got: unknown): StoreError {
  return new StoreError('INVALID_OPTION', `[${store}] ${option} must be ${takes}, not ${describe(got)}.`);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean' || value == null) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
