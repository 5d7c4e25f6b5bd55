import { isStoreError, StoreError } from '@store/core/driver';

/** PostgreSQL's five characters of SQLSTATE, also of an error's cause, or Node's own code, such as `ECONNREFUSED`. */
export function errorCode(error: unknown): string | undefined {
  if (isStoreError(error)) return error.cause === undefined ? undefined : errorCode(error.cause);
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

const is = (pattern: RegExp) => (error: unknown) => pattern.test(errorCode(error) ?? '');

/** Two statements met, and PostgreSQL undid this one: deadlock, or a stricter isolation level than read committed. */
export const isCollision = is(/^(40P01|40001)$/);

/** The key belongs to another record. */
export const isTaken = is(/^23505$/);

/** The statement found its deadline passed, and is undone; see `undoneIfLate`. */
export const isLate = is(/^22012$/);

/**
 * Whether the statement certainly left nothing behind and the connection is as good as before: a value did not fit, a
 * constraint or trigger refused it, or it met another statement. A lost connection or a shutdown may come after the commit,
 * so neither is among these.
 */
export const isUndone = is(/^(22|23|40|54|P0)\w{3}$/);

/** The server, the role, the database or a pooler has as many connections as it allows. */
export function isFull(error: unknown): boolean {
  const message = (error as { message?: unknown } | null)?.message;
  return /^(53300|53400)$/.test(errorCode(error) ?? '') || poolerIsFull.test(String(message));
}

/** As PgBouncer and Supavisor say it, under SQLSTATEs that they use for anything. */
const poolerIsFull = /no more connections allowed|max client(s| connections) reached/i;

/** Two processes made the same table, index or schema at the same time. */
export const isDuplicateObject = is(/^(23505|42P06|42P07|42710)$/);

/** The table, or its schema, does not exist. */
export const isMissing = is(/^42P01$/);

const refusedRow =
  'A constraint or trigger on the sessions table refused the row. Remove it: only the store decides what a row holds.';
const mangled = 'The database cannot hold every character. Use one that was created with ENCODING UTF8.';
const usePlain = 'Behind a transaction pooler pass prepare: false.';
const ended = 'The server ended the connection. Nothing to do: the next call opens another one.';

const noneLeft =
  'PostgreSQL has no connection left. Raise max_connections, pass a smaller poolSize, or use a pooler.';

/** What to do about a failure, by SQLSTATE or the class of it. */
const hints: Record<string, string> = {
  '22001':
    'A value is longer than its column allows. Let the columns have the types that schemaSql() gives them.',
  '22P05': mangled,
  '23': refusedRow,
  '25006': 'The server takes no writes: it is a standby, or read-only. Connect to the primary.',
  '26000': `A prepared statement is gone. ${usePlain}`,
  '28000':
    'PostgreSQL refused this user, database or address. Correct the connection string, or pg_hba.conf of the server.',
  '28P01': 'PostgreSQL refused the user name or the password.',
  '3D000': 'The database does not exist. Create it, or correct the connection string.',
  '40001':
    'The statement kept colliding with others. Try again; a default isolation of read committed avoids it.',
  '40P01': 'The statement kept running into deadlocks. Try again, and look for what else locks the table.',
  '42501': 'The role may not do that. The README lists the grants it needs.',
  '42703': 'The table is missing columns that this version needs. Start once with migrate: true.',
  '42P01': 'The table is missing. Start once with migrate: true, or run the SQL that schemaSql() returns.',
  '42P05': `Another connection prepared the statement. ${usePlain}`,
  '42P10': 'The table has lost its primary key. Restore it: without one, sessions can be stored twice.',
  '53100': 'The disk of the server is full. Free some space.',
  '3F000':
    'The search path leads to no schema. Pass schema, create the schema, or correct search_path of the role, database or connection.',
  '42809':
    'The name of the sessions table belongs to something else, such as a view or a type. Pass another name as table.',
  '55P03':
    'Another transaction has locked the table for longer than lock_timeout allows. Try again once it is done.',
  '57014': 'The statement took longer than allowed. Raise statementTimeout, or find out what blocks it.',
  '57P01': ended,
  '57P02': ended,
  '57P03': 'PostgreSQL is starting up or shutting down. Try again once it is ready.',
  '57P05': ended,
  P0: refusedRow,
};

function hintFor(error: unknown, prepare: boolean): string | undefined {
  const code = errorCode(error) ?? '';
  if (isFull(error)) return noneLeft;
  if (code === '08P01') return refusalOfPooler(error as Error, prepare);
  return hints[code] ?? hints[code.slice(0, 2)];
}

/** A pooler has one SQLSTATE for all it refuses; only its text tells what it is about. */
function refusalOfPooler({ message }: Error, prepare: boolean): string {
  const refused = `A pooler, or another program between here and PostgreSQL, refused: "${message}".`;
  const [, parameter] = /unsupported startup parameter(?: in options)?: (\w+)/.exec(message) ?? [];
  if (prepare && /prepared statement|statement_timeout/.test(message)) return `${refused} ${usePlain}`;
  if (parameter === undefined) return refused;
  const where = 'connectionString or the pool, or list it in ignore_startup_parameters of the pooler';
  return `${refused} Take ${parameter} out of ${where}.`;
}

/** The failure of a statement as a `StoreError` with that failure as its cause, where there is more to say than its text. */
export function explained(cause: unknown, prepare: boolean): unknown {
  const hint = isStoreError(cause) ? undefined : hintFor(cause, prepare);
  return hint === undefined ? cause : unavailable(hint, cause);
}

/** How node-postgres says that its own time is up: waiting for a connection of the pool, or for a new one. */
const poolTimeout =
  /^(timeout expired|timeout exceeded when trying to connect|Connection terminated due to connection timeout)$/;

export function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && poolTimeout.test(error.message);
}

/** What a failure to connect means. */
export function unreachable(error: unknown, prepare: boolean): StoreError {
  if (isStoreError(error)) return error;
  const cause = withoutRowValues(error);
  if (isPoolTimeout(cause)) return noConnection(cause);
  return unavailable(
    hintFor(cause, prepare) ?? 'PostgreSQL cannot be reached. Its cause says why; try again once it is back.',
    cause,
  );
}

export function noConnection(cause?: unknown): StoreError {
  return unavailable(
    'No connection in time: the server does not respond, or every connection of the pool is in use. ' +
      'Raise connectionTimeout, or the size of the pool (poolSize).',
    cause,
  );
}

export function noResponse(): StoreError {
  return unavailable(
    'PostgreSQL did not respond in time. Raise statementTimeout, or find out what blocks it.',
  );
}

export function unavailable(text: string, cause?: unknown): StoreError {
  return new StoreError('UNAVAILABLE', `[@store/postgres] ${text}`, cause === undefined ? {} : { cause });
}

/** The fields of PostgreSQL's errors that name objects of the database, and never quote a row. */
const safeFields = ['code', 'severity', 'schema', 'table', 'column', 'dataType', 'constraint', 'routine'];

/** Errors of these classes, and any raised inside a function or trigger, quote values in their message too. */
const quotesValues = /^(22|23|P0)/;

/**
 * PostgreSQL's error as it may be logged. Its detail, hint, context and internal query quote the row it refused: the subject and
 * the session's content. An error that is not PostgreSQL's is returned as it is.
 */
export function withoutRowValues(error: unknown): unknown {
  const given = error as Record<string, unknown> | null;
  const code = given?.code;
  if (!(given instanceof Error) || typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return error;
  if (!('severity' in given)) return error;
  const named = given as Error & Record<string, unknown>;
  const quotes = quotesValues.test(code) || named.where !== undefined || named.internalQuery !== undefined;
  const clean = new Error(quotes ? `PostgreSQL refused the statement (SQLSTATE ${code})` : named.message);
  for (const field of safeFields) {
    if (named[field] !== undefined) Object.assign(clean, { [field]: named[field] });
  }
  return clean;
}
