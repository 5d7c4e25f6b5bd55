import type { PostgresClient, PostgresPool } from './postgres-pool.ts';
import { isCollision, isUndone } from './sql-state.ts';
import type { Statement } from './statement.ts';
import { createTimeLimit, type TimeLimit } from './time-limit.ts';
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
 * Makes the way to the database that a pool gives, with callbacks: a promise for every step costs a load ten percent.
 *
 * @param end Takes leave of the pool.
 */
export function createConnection(
  pool: PostgresPool,
  patience: Patience,
  end: () => Promise<void>,
): Connection {
  const statementLimit = createTimeLimit(patience.statement);
  const connectionLimit = createTimeLimit(patience.connection);

  function acquire(callback: (error: unknown, client?: PostgresClient) => void): void {
    let late = false;
    const inTime = connectionLimit(() => {
      late = true;
      callback(noConnection());
    });
    pool.connect((error, client) => {
      inTime();
      // Goes back unused: nothing is written after its caller has been told that it failed.
      if (late) client?.release();
      else if (client === undefined) callback(unreachable(error));
      else {
        client.on('error', ignore);
        callback(undefined, client);
      }
    });
  }

  function giveBack(client: PostgresClient, error: unknown): void {
    client.release(error !== undefined && !isUndone(error));
    client.removeListener('error', ignore);
  }

  const run: Run = (statement, ...values) =>
    new Promise((resolve, reject) => {
      let collisions = 0;
      const attempt = () =>
        acquire((failure, client) => {
          if (client === undefined) return reject(failure);
          query(client, statementLimit, statement, values, (error, answer) => {
            giveBack(client, error);
            if (answer) resolve(answer);
            else if (isCollision(error) && collisions++ < mostCollisions) attempt();
            else reject(explained(error));
          });
        });
      attempt();
    });

  return {
    run,

    async lend(milliseconds, work) {
      const limit = createTimeLimit(milliseconds);
      const client = await new Promise<PostgresClient>((resolve, reject) => {
        acquire((failure, client) => (client ? resolve(client) : reject(failure)));
      });
      try {
        const result = await work(
          (statement, ...values) =>
            new Promise((resolve, reject) => {
              query(client, limit, statement, values, (error, answer) =>
                answer ? resolve(answer) : reject(error),
              );
            }),
        );
        giveBack(client, undefined);
        return result;
      } catch (error) {
        giveBack(client, error);
        throw error;
      }
    },

    close: end,
  };
}

function query(
  client: PostgresClient,
  limit: TimeLimit,
  { name, text }: Pick<Statement<unknown[]>, 'name' | 'text'>,
  values: unknown[],
  callback: (error: unknown, answer?: Answer) => void,
): void {
  let late = false;
  const inTime = limit(() => {
    late = true;
    callback(noAnswer());
  });
  const given = { text, values, rowMode: 'array' as const, types: asText };
  client.query(name === undefined ? given : { ...given, name }, (error, result) => {
    if (late) return;
    inTime();
    if (error) callback(error);
    else callback(undefined, { rows: result.rows as Answer['rows'], count: result.rowCount ?? 0 });
  });
}
