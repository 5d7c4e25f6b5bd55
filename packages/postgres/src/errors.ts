import { isStoreError, StoreError } from '@store/core/driver';

/** The PostgreSQL SQLSTATE of an error or its cause, or Node's own code, such as `ECONNREFUSED`. */
export function causeCode(error: unknown): string | undefined {
  if (isStoreError(error)) return error.cause === undefined ? undefined : causeCode(error.cause);
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

const is = (pattern: RegExp) => (error: unknown) => pattern.test(causeCode(error) ?? '');

/** Two statements collided and PostgreSQL rolled this one back: a deadlock, or an isolation level stricter than read committed. */
export const isCollision = is(/^(40P01|40001)$/);

/** The key belongs to another record. */
export const isTaken = is(/^23505$/);

/** The statement was past its deadline and was rolled back; see `undoneIfLate`. */
export const isLate = is(/^22012$/);

/**
 * Whether the statement certainly had no effect and the connection is still good: a value did not fit, a constraint or trigger
 * refused the row, or the statement collided with another. Lost connections and shutdowns are not included, because they may come
 * after the commit.
 */
export const isUndone = is(/^(22|23|40|54|P0)\w{3}$/);

/** The server, role, database or pooler has reached its connection limit. */
export function isFull(error: unknown): boolean {
  const message = (error as { message?: unknown } | null)?.message;
  return /^(53300|53400)$/.test(causeCode(error) ?? '') || poolerIsFull.test(String(message));
}

/** The wording of PgBouncer and Supavisor, whose SQLSTATEs for this are not specific. */
const poolerIsFull = /no more connections allowed|max client(s| connections) reached/i;

/** Two processes created the same table, index or schema at the same time. */
export const isDuplicateObject = is(/^(23505|42P06|42P07|42710)$/);

/** The table, or its schema, does not exist. */
export const isMissing = is(/^42P01$/);

const refusedRow =
  'A constraint or trigger on the sessions table refused the row. Remove it: only the store decides what a row holds.';
const mangled = 'The database cannot hold every character. Use one that was created with ENCODING UTF8.';
const withoutPrepare = 'Behind a transaction pooler, pass prepare: false.';
const ended = 'The server ended the connection. Nothing to do: the next call opens another one.';

const noneLeft =
  'PostgreSQL has no connection left. Raise max_connections, pass a smaller poolSize, or use a pooler.';

/** What to do about a failure, by SQLSTATE or SQLSTATE class. */
const hints: Record<string, string> = {
  '22001': 'A value is longer than its column allows. Give the columns the types that schemaSql() uses.',
  '22P05': mangled,
  '23': refusedRow,
  '25006': 'The server accepts no writes: it is a standby, or read-only. Connect to the primary.',
  '26000': `A prepared statement is gone. ${withoutPrepare}`,
  '28000':
    'PostgreSQL refused this user, database or address. Correct the connection string, or pg_hba.conf of the server.',
  '28P01': 'PostgreSQL refused the user name or the password.',
  '3D000': 'The database does not exist. Create it, or correct the connection string.',
  '40001':
    'The statement kept colliding with others. Try again; a default isolation level of read committed avoids this.',
  '40P01': 'The statement kept running into deadlocks. Try again, and look for what else locks the table.',
  '42501': 'The role may not do that. The README lists the grants it needs.',
  '42703': 'The table is missing columns that this version needs. Start once with migrate: true.',
  '42P01': 'The table is missing. Start once with migrate: true, or run the SQL that schemaSql() returns.',
  '42P05': `Another connection prepared the statement. ${withoutPrepare}`,
  '42P10': 'The table has lost its primary key. Restore it: without one, sessions can be stored twice.',
  '53100': 'The disk of the server is full. Free some space.',
  '3F000':
    'No schema in the search path exists. Pass schema, create one, or correct the search_path of the role, database or connection.',
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
  const code = causeCode(error) ?? '';
  if (isFull(error)) return noneLeft;
  if (code === '08P01') return refusalOfPooler(error as Error, prepare);
  return hints[code] ?? hints[code.slice(0, 2)];
}

/** A pooler uses one SQLSTATE for all its refusals; only the text tells them apart. */
function refusalOfPooler({ message }: Error, prepare: boolean): string {
  const refused = `A pooler, or another program between here and PostgreSQL, refused: "${message}".`;
  const [, parameter] = /unsupported startup parameter(?: in options)?: (\w+)/.exec(message) ?? [];
  if (prepare && /prepared statement|statement_timeout/.test(message)) return `${refused} ${withoutPrepare}`;
  if (parameter === undefined) return refused;
  const where = 'connectionString or the pool, or list it in ignore_startup_parameters of the pooler';
  return `${refused} Take ${parameter} out of ${where}.`;
}

/** A statement's failure as a `StoreError` that says what to do, with the failure as its cause; unchanged if there is no hint. */
export function explained(cause: unknown, prepare: boolean): unknown {
  const hint = isStoreError(cause) ? undefined : hintFor(cause, prepare);
  return hint === undefined ? cause : unavailable(hint, cause);
}

/** node-postgres's own time-outs: waiting for a pooled connection, or opening one. */
const poolTimeout =
  /^(timeout expired|timeout exceeded when trying to connect|Connection terminated due to connection timeout)$/;

export function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && poolTimeout.test(error.message);
}

/** Explains a failure to connect. */
export function unreachable(error: unknown, prepare: boolean): StoreError {
  if (isStoreError(error)) return error;
  const cause = withoutRowValues(error);
  if (isPoolTimeout(cause)) return noConnection(cause);
  return unavailable(
    hintFor(cause, prepare) ?? 'PostgreSQL cannot be reached. The cause says why; try again once it is back.',
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

/** The fields of PostgreSQL's errors that name database objects and never quote a row. */
const safeFields = ['code', 'severity', 'schema', 'table', 'column', 'dataType', 'constraint', 'routine'];

/** Errors of these classes, and any raised inside a function or trigger, may quote values in their message as well. */
const quotesValues = /^(22|23|P0)/;

/**
 * PostgreSQL's error, made safe to log: its detail, hint, context and internal query would quote the refused row, and with it
 * the subject and the session's content. Errors that are not PostgreSQL's are returned unchanged.
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
