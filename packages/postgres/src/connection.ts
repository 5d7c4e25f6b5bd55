import { createClientQuery, type Result } from './client-query.ts';
import { explained, isCollision, isPoolTimeout, isUndone, noConnection, unreachable } from './errors.ts';
import type { PostgresClient, PostgresPool } from './postgres-pool.ts';
import type { Statement } from './statement.ts';
import { createTimeLimit } from './time-limit.ts';

/** Runs a statement. A deadline is filled in after the given values. */
export type Run = <Values extends unknown[]>(
  statement: Statement<Values>,
  ...values: Values
) => Promise<Result>;

/** The way to the database. */
export interface Connection {
  /**
   * Runs one statement, and again if it left nothing behind because its connection had ended before. One that only reads is
   * also run again if it met another one; one that writes is not, since core does that, with one limit for all drivers.
   */
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

/** How often a statement that only reads is run again. */
const maxCollisions = 10;
/** A connection that breaks also fails its query; without a listener the event would end the process. */
const ignore = () => {};

/**
 * Makes the way to the database that a pool gives, with callbacks: promises for every step make a load ten percent slower.
 *
 * @param end Releases the pool.
 */
export function createConnection(
  pool: PostgresPool,
  patience: Patience,
  end: () => Promise<void>,
): Connection {
  const query = createClientQuery(patience.statement, createTimeLimit(patience.statement));
  const connectionLimit = createTimeLimit(patience.connection);

  function acquire(callback: (error: unknown, client?: PostgresClient) => void): void {
    const before = connectionLimit.standstill();
    let late = false;
    const inTime = connectionLimit(() => {
      late = true;
      callback(noConnection());
    });
    const connect = () =>
      pool.connect((error, client) => {
        // Goes back unused: nothing is written after its caller has been told that it failed.
        if (late) {
          client?.release();
          return;
        }
        // The timers of a passed pool go on while this process stands still; ours do not.
        if (client === undefined && isPoolTimeout(error) && connectionLimit.standstill() > before) {
          connect();
          return;
        }
        inTime();
        if (client === undefined) callback(unreachable(error));
        else {
          client.on('error', ignore);
          callback(undefined, client);
        }
      });
    connect();
  }

  function giveBack(client: PostgresClient, error: unknown): void {
    client.release(error !== undefined && !isUndone(error));
    client.removeListener('error', ignore);
  }

  const run: Run = (statement, ...values) =>
    new Promise((resolve, reject) => {
      let collisions = 0;
      let ended = 0;
      /** Every connection of the pool may have ended, and the new one too. */
      let maxEnded = 0;
      const attempt = () =>
        acquire((failure, client) => {
          if (client === undefined) return reject(failure);
          maxEnded ||= pool.totalCount + 1;
          query(client, statement, values, ({ result, error, neverRan }) => {
            giveBack(client, error);
            if (result) resolve(result);
            else if (neverRan === true && ended++ < maxEnded) attempt();
            else if (statement.readOnly === true && isCollision(error) && collisions++ < maxCollisions)
              setTimeout(attempt, pause(collisions));
            else reject(explained(error));
          });
        });
      attempt();
    });

  return {
    run,

    async lend(milliseconds, work) {
      const patientQuery = createClientQuery(milliseconds, createTimeLimit(milliseconds));
      const client = await new Promise<PostgresClient>((resolve, reject) => {
        acquire((failure, client) => (client ? resolve(client) : reject(failure)));
      });
      try {
        const result = await work(
          (statement, ...values) =>
            new Promise((resolve, reject) => {
              patientQuery(client, statement, values, ({ result, error }) =>
                result ? resolve(result) : reject(error),
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

/** Milliseconds before the next attempt: at random, so that those who met do not meet again, and growing. */
function pause(collisions: number): number {
  return Math.random() * 2 ** Math.min(collisions, 6);
}
