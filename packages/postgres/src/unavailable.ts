import { isStoreError, StoreError } from '@store/core/driver';
import { errorCode } from './sql-state.ts';

const hints: Record<string, string> = {
  '08P01':
    'Something between here and PostgreSQL broke the protocol. Behind a transaction pooler pass prepare: false.',
  '25006': 'The server takes no writes: it is a standby, or read-only. Connect to the primary.',
  '26000': 'A prepared statement is gone. Behind a transaction pooler pass prepare: false.',
  '28P01': 'PostgreSQL refused the user name or the password.',
  '3D000': 'The database does not exist. Create it, or correct the connection string.',
  '42501': 'The role may not do that. The README lists the grants it needs.',
  '42703':
    'The table has not the columns of this version. Run its migrations: start once with migrate: true.',
  '42P01': 'The table is missing. Start once with migrate: true, or run the SQL that schemaSql() answers.',
  '42P05': 'A prepared statement belongs to somebody else. Behind a transaction pooler pass prepare: false.',
  '53300': 'PostgreSQL has no connection left. Raise max_connections, use smaller pools, or a pooler.',
  '57014': 'The statement took longer than allowed. Raise statementTimeout, or find out what blocks it.',
  '57P01': 'The connection was ended by the server. Nothing to do: the next call opens another one.',
  '57P03': 'PostgreSQL is starting up or shutting down. Try again once it answers.',
};

/** What a failure of a statement means, as a `StoreError` with the failure as its cause, where there is more to say than its text. */
export function explained(cause: unknown): unknown {
  const hint = hints[errorCode(cause) ?? ''];
  return hint === undefined ? cause : unavailable(hint, cause);
}

/** How node-postgres says that its own time is up: waiting for a connection of the pool, or for a new one. */
const outOfTime =
  /^(timeout exceeded when trying to connect|Connection terminated due to connection timeout)$/;

/** What a failure to connect means. */
export function unreachable(cause: unknown): StoreError {
  if (isStoreError(cause)) return cause;
  if (cause instanceof Error && outOfTime.test(cause.message)) return noConnection(cause);
  const hint =
    hints[errorCode(cause) ?? ''] ??
    'PostgreSQL cannot be reached. Its cause says why; try again once it answers.';
  return unavailable(hint, cause);
}

export function noConnection(cause?: unknown): StoreError {
  return unavailable(
    'No connection in time: the server does not answer, or every connection of the pool is in use. ' +
      'Raise connectionTimeout, or the size of the pool.',
    cause,
  );
}

export function noAnswer(): StoreError {
  return unavailable(
    'PostgreSQL did not answer in time. Raise statementTimeout, or find out what blocks it.',
  );
}

export function unavailable(text: string, cause?: unknown): StoreError {
  return new StoreError('UNAVAILABLE', `[@store/postgres] ${text}`, cause === undefined ? {} : { cause });
}
