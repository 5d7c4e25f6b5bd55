import {
  explained,
  isCollision,
  isFull,
  isPoolTimeout,
  isUndone,
  noConnection,
  unreachable,
} from '../errors.ts';
import { createClientQuery, type Outcome, type Result } from './client-query.ts';
import type { PostgresClient, PostgresPool } from './postgres-pool.ts';
import type { Statement } from './statement.ts';
import { createTimeLimit } from './time-limit.ts';

// Captured when this module loads, so that an application's fake timers do not stop the store.
const { setTimeout, setImmediate } = globalThis;

/** Runs a statement. If it has a deadline, the deadline is added after the given values. */
export type Run = <Values extends unknown[]>(
  statement: Statement<Values>,
  ...values: Values
) => Promise<Result>;

/** The same with callbacks: every promise on the path of a load makes it measurably slower. */
export type Start = <Values extends unknown[]>(
  statement: Statement<Values>,
  values: Values,
  resolve: (result: Result) => void,
  reject: (error: unknown) => void,
) => void;

/** Access to the database. */
export interface Connection {
  /**
   * Runs one statement. If it had no effect because its connection had already ended, runs it again. A read is also repeated
   * after a deadlock or serialization failure; a write is not, because core repeats writes, with one limit for all drivers.
   */
  run: Run;
  start: Start;
  /**
   * Lends one connection for a transaction, each statement of which may take `milliseconds`. If the connection had already
   * ended before a statement, `work` starts over on another one.
   */
  lend<T>(milliseconds: number, work: (run: Run) => Promise<T>): Promise<T>;
  /** Ends the pool if the store created it. */
  close(): Promise<void>;
}

export interface ConnectionSettings {
  /** In milliseconds. */
  statementTimeout: number;
  /** In milliseconds. */
  connectionTimeout: number;
  /** Whether statements are prepared under a name. */
  prepare: boolean;
}

/** Milliseconds after which a call that waits for a pooled connection looks for one again. */
const recheck = 100;

/** How many times a read-only statement is run again. */
const maxCollisions = 10;

/** How many new connections may end before a statement can run, on a slow machine with a short `idle_session_timeout`. */
const endedConnections = 3;

/** A broken connection also makes its query fail. Without a listener, the event would end the process. */
const ignore = () => {};

/**
 * Sets up access to the database through a pool. Written with callbacks, because a promise for every step makes a load slower.
 *
 * @param end Releases the pool.
 */
export function createConnection(
  pool: PostgresPool,
  { statementTimeout, connectionTimeout, prepare }: ConnectionSettings,
  end: () => Promise<void>,
): Connection {
  const query = createClientQuery(statementTimeout, createTimeLimit(statementTimeout));
  const connectionLimit = createTimeLimit(connectionTimeout);
  /** Calls that wait for a pooled connection because the server accepts no more, oldest first. */
  const waiting: (() => void)[] = [];
  let isTrying = false;
  /** How many connections the pool had when the server refused another. */
  let fullAt = 0;

  const wakeOne = () => waiting.shift()?.();

  /** Every now and then, lets one waiting call test whether the server accepts connections again. */
  function tryAgainSoon(): void {
    if (isTrying) return;
    isTrying = true;
    setTimeout(() => {
      isTrying = false;
      wakeOne();
      if (waiting.length > 0) tryAgainSoon();
    }, recheck);
  }

  function acquire(callback: (error: unknown, client?: PostgresClient) => void): void {
    const before = connectionLimit.standstill();
    let late = false;
    let refusal: unknown;
    const inTime = connectionLimit(() => {
      late = true;
      const index = waiting.indexOf(connect);
      if (index >= 0) waiting.splice(index, 1);
      callback(refusal === undefined ? noConnection() : unreachable(refusal, prepare));
    });
    const connect = () =>
      pool.connect((error, client) => {
        // Return the client unused: nothing may be written after the caller was told that the call failed.
        if (late) {
          client?.release();
          return;
        }
        // The timers of an application's own pool count the time during which this process is stalled; ours do not.
        if (client === undefined && isPoolTimeout(error) && connectionLimit.standstill() > before) {
          connect();
          return;
        }
        if (client === undefined && isFull(error) && pool.totalCount > 0) {
          refusal = error;
          fullAt = pool.totalCount;
          waiting.unshift(connect);
          tryAgainSoon();
          return;
        }
        inTime();
        if (client === undefined) {
          callback(unreachable(error, prepare));
          // Not in this turn of the event loop: every waiting call may fail in the same way.
          if (waiting.length > 0) setImmediate(wakeOne);
          return;
        }
        client.on('error', ignore);
        callback(undefined, client);
        if (waiting.length > 0 && pool.totalCount > fullAt) {
          // The server accepts connections again.
          fullAt = pool.totalCount;
          wakeOne();
        }
      });
    if (waiting.length > 0) waiting.push(connect);
    else connect();
  }

  function giveBack(client: PostgresClient, { error, canceled }: Outcome): void {
    if (canceled) {
      const back = () => giveBack(client, { error });
      canceled.then(back, back);
      return;
    }
    client.release(error !== undefined && !isUndone(error));
    client.removeListener('error', ignore);
    wakeOne();
  }

  const start: Start = (statement, values, resolve, reject) => {
    let collisions = 0;
    let ended = 0;
    let maxEnded = 0;
    const attempt = () =>
      acquire((failure, client) => {
        if (client === undefined) return reject(failure);
        // Every connection of the pool may have ended.
        maxEnded ||= pool.totalCount + endedConnections;
        query(client, statement, values, (outcome) => {
          giveBack(client, outcome);
          const { result, error, neverRan } = outcome;
          if (result) {
            try {
              resolve(result);
            } catch (thrown) {
              reject(thrown);
            }
          } else if (neverRan === true && ended++ < maxEnded) attempt();
          else if (statement.readOnly === true && isCollision(error) && collisions++ < maxCollisions)
            setTimeout(attempt, pause(collisions));
          else reject(explained(error, prepare));
        });
      });
    attempt();
  };

  const run: Run = (statement, ...values) =>
    new Promise((resolve, reject) => start(statement, values, resolve, reject));

  return {
    run,
    start,

    async lend(milliseconds, work) {
      const patientQuery = createClientQuery(milliseconds, createTimeLimit(milliseconds));
      for (let ended = 0; ; ended += 1) {
        const client = await new Promise<PostgresClient>((resolve, reject) => {
          acquire((failure, client) => (client ? resolve(client) : reject(failure)));
        });
        let last: Outcome = {};
        let canceled: Promise<void> | undefined;
        const runHere: Run = (statement, ...values) =>
          new Promise((resolve, reject) => {
            patientQuery(client, statement, values, (outcome) => {
              last = outcome;
              canceled ??= outcome.canceled;
              if (outcome.result) resolve(outcome.result);
              else reject(outcome.error);
            });
          });
        try {
          const result = await work(runHere);
          giveBack(client, {});
          return result;
        } catch (error) {
          const { neverRan } = last;
          giveBack(client, { error, ...(canceled && { canceled }) });
          if (neverRan !== true || ended === endedConnections) throw error;
        }
      }
    },

    close: end,
  };
}

/** Milliseconds before the next attempt: growing, and random so that the same statements do not collide again. */
function pause(collisions: number): number {
  return Math.random() * 2 ** Math.min(collisions, 6);
}
