import pg from 'pg';
import { type Connection, createConnection, type Patience } from './connection.ts';
import type { PostgresPool } from './postgres-pool.ts';

/**
 * Opens a pool, or answers `undefined` when the string cannot be read; what is wrong with it may hold the password. A pooler
 * knows no `statement_timeout` at connection start, so with `prepare: false` only the client keeps time.
 */
export function openPool(
  connectionString: string,
  prepare: boolean,
  patience: Patience,
): Connection | undefined {
  const options = {
    connectionString,
    connectionTimeoutMillis: patience.connection,
    keepAlive: true,
    allowExitOnIdle: true,
    ...(prepare && { statement_timeout: patience.statement }),
  };
  try {
    new pg.Client(options);
  } catch {
    return undefined;
  }
  const pool = new pg.Pool(options);
  return createConnection(pool, patience, () => pool.end());
}

/** Uses a pool of the application, which stays open at the end. */
export function borrowPool(pool: PostgresPool, patience: Patience): Connection {
  return createConnection(pool, patience, async () => {});
}
