import { isStoreError } from '@store/core/driver';
import { causeCode, isLate, noResponse, withoutRowValues } from '../errors.ts';
import { cancelStatement } from './cancel.ts';
import type { PostgresClient, PostgresQuery } from './postgres-pool.ts';
import type { Statement } from './statement.ts';
import type { TimeLimit } from './time-limit.ts';

// Captured when this module loads, so that an application's fake timers do not stop the store.
const { setImmediate } = globalThis;
const monotonicNow = performance.now.bind(performance);

/** A statement's rows, each value as the text PostgreSQL sent, and the number of rows it changed. */
export interface Result {
  rows: (string | null)[][];
  count: number;
}

/** The outcome of a statement: its result, or why it has none. */
export interface Outcome {
  result?: Result;
  error?: unknown;
  /** The statement had no effect: the connection had already ended, or the deadline had passed. */
  neverRan?: boolean;
  /** Set after a time-out: settles once the server has been asked to cancel. Keep the client until then. */
  canceled?: Promise<void>;
}

interface ClientState {
  /** When a statement last ended here, by `performance.now()`. */
  usedAt: number;
  /** Whether PostgreSQL has started to execute the last statement. */
  begun: boolean;
  /** The server's clock minus ours, in milliseconds (never overestimated), and the time it was read. */
  clock?: { ahead: number; readAt: number } | undefined;
}

/** Module-wide: two stores on one pool share what is known about a client, and add only one listener. */
const states = new WeakMap<PostgresClient, ClientState>();

function stateOf(client: PostgresClient): ClientState {
  const known = states.get(client);
  if (known) return known;
  const state: ClientState = { usedAt: monotonicNow(), begun: true };
  // PostgreSQL sends this message before executing, so an error without it is about the connection, not the statement.
  client.connection?.on('bindComplete', () => {
    state.begun = true;
  });
  states.set(client, state);
  return state;
}

/** Milliseconds after which an idle connection may have ended unnoticed, and after which a server's clock is read again. */
const idle = 100;
const clockAge = 60_000;

const asText = { getTypeParser: () => (text: string) => text };
const readClock = { text: 'select extract(epoch from clock_timestamp()) * 1000', name: undefined };

/**
 * node-postgres 8.23 copies every own property of a query, at a measurable cost for each load. Prepared statements therefore
 * inherit what never changes. Plain statements own all of it: a tracer that rewrites their text may copy own properties only.
 */
const fixedParts = new WeakMap<Statement<unknown[]>, object>();

function fixedPartOf(statement: Statement<unknown[]>): object {
  let fixed = fixedParts.get(statement);
  if (fixed === undefined) {
    const { name, text } = statement;
    fixed = { name, text, rowMode: 'array', types: asText };
    fixedParts.set(statement, fixed);
  }
  return fixed;
}

function queryOf(statement: Statement<unknown[]>, values: unknown[]): PostgresQuery {
  if (statement.name === undefined) return { text: statement.text, values, rowMode: 'array', types: asText };
  const query: PostgresQuery = Object.create(fixedPartOf(statement));
  query.values = values;
  return query;
}

/** Runs statements on pooled clients. Each may take `milliseconds`, as counted by `limit`. */
export function createClientQuery(milliseconds: number, limit: TimeLimit) {
  /** Clocks read before this time are wrong, because the server's clock has been set since. */
  let clocksWrongUntil = 0;

  function send(
    client: PostgresClient,
    statement: Statement<unknown[]>,
    values: unknown[],
    callback: (outcome: Outcome) => void,
  ): void {
    const { deadline, readOnly } = statement;
    const state = stateOf(client);
    let given = values;
    if (deadline === true) {
      const { clock } = state;
      const now = monotonicNow();
      if (clock === undefined || now - clock.readAt > clockAge || clock.readAt < clocksWrongUntil) {
        learnClock(client, state, (failure) => {
          if (failure) callback(failure);
          else send(client, statement, values, callback);
        });
        return;
      }
      given = [...values, (now + milliseconds + clock.ahead) / 1000];
    }
    /** Set when the time runs out before the statement has ended. */
    let endsLate: (() => void) | undefined;
    const inTime = limit(() => {
      const ended = new Promise<void>((resolve) => {
        endsLate = resolve;
      });
      callback({ error: noResponse(), canceled: cancelStatement(client, ended) });
    });
    // Without values node-postgres uses the simple protocol, which does not report when execution starts.
    state.begun = given.length === 0 || client.connection === undefined;
    client.query(queryOf(statement, given), (error, result) => {
      if (endsLate) {
        endsLate();
        return;
      }
      inTime();
      state.usedAt = monotonicNow();
      if (!error) {
        callback({ result: { rows: result.rows as Result['rows'], count: result.rowCount ?? 0 } });
        return;
      }
      if (isReadTimeout(error)) {
        // The application's pool has its own time limit, which leaves the statement running on the server.
        const ended = new Promise<void>(() => {});
        callback({ error: noResponse(), canceled: cancelStatement(client, ended) });
        return;
      }
      const late = deadline === true && isLate(error);
      if (late) clocksWrongUntil = state.usedAt;
      const neverRan = late || endedBefore(error, state) || (readOnly === true && isLost(error));
      callback({ error: withoutRowValues(error), neverRan });
    });
  }

  /**
   * Reads the server's clock. When the reading arrives, it is already out of date by as long as the result was in transit,
   * so a deadline computed from it expires on the server no later than here.
   */
  function learnClock(
    client: PostgresClient,
    state: ClientState,
    callback: (failure?: Outcome) => void,
  ): void {
    state.clock = undefined;
    send(client, readClock, [], (outcome) => {
      const time = Number(outcome.result?.rows[0]?.[0]);
      if (outcome.result === undefined) {
        // The statement itself was not sent. After a time-out there is no time left to send it on another connection.
        callback({ ...outcome, neverRan: !isStoreError(outcome.error) });
        return;
      }
      const readAt = monotonicNow();
      state.clock = { ahead: time - readAt, readAt };
      callback();
    });
  }

  return function query(
    client: PostgresClient,
    statement: Statement<unknown[]>,
    values: unknown[],
    callback: (outcome: Outcome) => void,
  ): void {
    if (monotonicNow() - stateOf(client).usedAt < idle) {
      send(client, statement, values, callback);
      return;
    }
    // The server, a proxy or a NAT may have closed the connection while this process was too busy to notice: read the sockets first.
    let broken: unknown;
    const onError = (error: unknown) => {
      broken = error;
    };
    client.on('error', onError);
    setImmediate(() => {
      client.removeListener('error', onError);
      if (broken === undefined) send(client, statement, values, callback);
      else callback({ error: withoutRowValues(broken), neverRan: true });
    });
  };
}

/** node-postgres's error for a statement on a client whose connection has ended. */
const notSent = /^Client (was closed|has encountered a connection error) and is not queryable$/;

/**
 * Whether the connection had ended before the statement could run: the server closed an idle session, or part of the statement
 * never reached the socket. A pooler's errors look the same but name no routine; a statement that it forwarded may run.
 */
function endedBefore(error: Error, { begun }: ClientState): boolean {
  const { syscall, routine } = error as { syscall?: string; routine?: string };
  if (syscall === 'write' || notSent.test(error.message)) return true;
  const code = causeCode(error);
  return code === '57P05' || (code === '57P01' && routine === 'ProcessInterrupts' && !begun);
}

/** node-postgres's error when the pool's `query_timeout` expires. */
function isReadTimeout(error: Error): boolean {
  return error.message === 'Query read timeout';
}

/** Whether the connection is lost, as opposed to only the statement being refused. */
function isLost(error: Error): boolean {
  const { severity } = error as { severity?: string };
  return severity === undefined || severity === 'FATAL';
}
