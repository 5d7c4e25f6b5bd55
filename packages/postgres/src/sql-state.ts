/** The five characters of SQLSTATE that PostgreSQL answered, or node's own code, such as `ECONNREFUSED`. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Two statements met, and PostgreSQL undid one of them: deadlock, or a stricter isolation level than read committed. */
export function isCollision(error: unknown): boolean {
  const code = errorCode(error);
  return code === '40P01' || code === '40001';
}

/** The key is there already. */
export function isTaken(error: unknown): boolean {
  return errorCode(error) === '23505';
}

/**
 * Whether the statement certainly left nothing behind and the connection is as good as before: what it was given did not
 * fit, or it met another one. A lost connection or a shutdown may come after the commit, so neither is among these.
 */
export function isUndone(error: unknown): boolean {
  return /^(22|23|40|54)\w{3}$/.test(errorCode(error) ?? '');
}

/** Two processes made the same table, index or schema at once. */
export function isDuplicateObject(error: unknown): boolean {
  return ['23505', '42P06', '42P07', '42710'].includes(errorCode(error) ?? '');
}

/** The table, or its schema, is not there. */
export function isMissing(error: unknown): boolean {
  return errorCode(error) === '42P01';
}
