import pg from 'pg';
import { type Connection, createConnection, type Patience } from './connection.ts';
import type { PostgresPool } from './postgres-pool.ts';

/** An idle connection that breaks is replaced; without a listener the event would end the process. */
const ignore = () => {};

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
  // For good: a connection may break while it is being ended.
  pool.on('error', ignore);
  return createConnection(pool, patience, () => pool.end());
}

/** Uses a pool of the application, which stays open at the end. */
export function borrowPool(pool: PostgresPool, patience: Patience): Connection {
  pool.on('error', ignore);
  return createConnection(pool, patience, async () => {
    pool.removeListener('error', ignore);
  });
}
