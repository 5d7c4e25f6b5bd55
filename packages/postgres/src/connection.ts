import pg from 'pg';
import { inTime } from './in-time.ts';
import type { PostgresClient, PostgresPool } from './postgres-pool.ts';
import { isCollision, isUndone } from './sql-state.ts';
import type { Statement } from './statement.ts';
import { explained, noAnswer, noConnection, unreachable } from './unavailable.ts';

/** A statement's rows, every value as PostgreSQL wrote it, and how many rows it changed. */
export interface Answer {
  rows: (string | null)[][];
  count: number;
}

/** Runs a statement. */
export type Run = <Values extends unknown[]>(
  statement: Statement<Values>,
  ...values: Values
) => Promise<Answer>;

/** The way to the database. */
export interface Connection {
  /** Runs one statement, and again if PostgreSQL undid it because it met another one. */
  run: Run;
  /** Lends one connection for several statements in a row, each of which may take `milliseconds`. */
  lend<T>(milliseconds: number, work: (run: Run) => Promise<T>): Promise<T>;
  /** Ends the pool if the store made it. */
  close(): Promise<void>;
}

/** How long to wait, in milliseconds. */
export interface Patience {
  statement: number;
  connection: number;
}

const mostCollisions = 10;
const asText = { getTypeParser: () => (text: string) => text };
/** A connection that breaks also fails its query; without a listener the event would end the process. */
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
  return connect(pool, patience, () => pool.end());
}

/** Uses a pool of the application, which stays open at the end. */
export function borrowPool(pool: PostgresPool, patience: Patience): Connection {
  return connect(pool, patience, async () => {});
}

function connect(pool: PostgresPool, patience: Patience, end: () => Promise<void>): Connection {
  pool.on('error', ignore);

  /** A connection that comes too late goes back unused: nothing is written after its caller has been told that it failed. */
  async function acquire(): Promise<PostgresClient> {
    try {
      return await inTime(
        pool.connect(),
        patience.connection,
        () => noConnection(patience.connection),
        (late) => late.release(),
      );
    } catch (error) {
      throw unreachable(error);
    }
  }

  async function lend<T>(milliseconds: number, work: (run: Run) => Promise<T>): Promise<T> {
    const client = await acquire();
    client.on('error', ignore);
    let broken = false;
    try {
      return await work((statement, ...values) => query(client, milliseconds, statement, values));
    } catch (error) {
      broken = !isUndone(error);
      throw error;
    } finally {
      client.release(broken);
      client.removeListener('error', ignore);
    }
  }

  return {
    lend,
    async run(statement, ...values) {
      for (let collisions = 1; ; collisions += 1) {
        try {
          return await lend(patience.statement, (run) => run(statement, ...values));
        } catch (error) {
          if (!isCollision(error) || collisions === mostCollisions) throw explained(error);
        }
      }
    },
    async close() {
      await end();
      pool.removeListener('error', ignore);
    },
  };
}

async function query(
  client: PostgresClient,
  milliseconds: number,
  { name, text }: Pick<Statement<unknown[]>, 'name' | 'text'>,
  values: unknown[],
): Promise<Answer> {
  const { rows, rowCount } = await inTime(
    client.query({ text, values, rowMode: 'array', types: asText, ...(name !== undefined && { name }) }),
    milliseconds,
    () => noAnswer(milliseconds),
  );
  return { rows: rows as (string | null)[][], count: rowCount ?? 0 };
}
