import { isStoreError } from '@store/core/driver';
import { errorCode, isLate, noResponse, withoutRowValues } from '../errors.ts';
import { cancelStatement } from './cancel.ts';
import type { PostgresClient, PostgresQuery } from './postgres-pool.ts';
import type { Statement } from './statement.ts';
import type { TimeLimit } from './time-limit.ts';

// Taken when this module loads, so that the fake timers of a test do not stop a store.
const { setImmediate } = globalThis;
const monotonicNow = performance.now.bind(performance);

/** A statement's rows, every value as PostgreSQL wrote it, and how many rows it changed. */
export interface Result {
  rows: (string | null)[][];
  count: number;
}

/** What became of a statement: its result, or why it has none. */
export interface Outcome {
  result?: Result;
  error?: unknown;
  /** The statement left nothing behind: the connection had ended before, or the deadline had passed. */
  neverRan?: boolean;
  /** Given when the time was up: settles once the server has been asked to stop. Keep the client until then. */
  canceled?: Promise<void>;
}

interface ClientState {
  /** When a statement last ended here, by `performance.now()`. */
  usedAt: number;
  /** Whether PostgreSQL has begun to execute the last statement. */
  begun: boolean;
  /** The server's clock minus ours in milliseconds, never too large, and when it was read. */
  clock?: { ahead: number; readAt: number } | undefined;
}

/** Kept for the whole module: two stores on one pool share what is known of a client, and listen once. */
const states = new WeakMap<PostgresClient, ClientState>();

function stateOf(client: PostgresClient): ClientState {
  const known = states.get(client);
  if (known) return known;
  const state: ClientState = { usedAt: monotonicNow(), begun: true };
  // PostgreSQL sends it before it executes, so an error without it is about the connection and not about the statement.
  client.connection?.on('bindComplete', () => {
    state.begun = true;
  });
  states.set(client, state);
  return state;
}

/** Milliseconds after which the end of an idle connection may still be unread, and after which a clock is read again. */
const idle = 100;
const clockAge = 60_000;

const asText = { getTypeParser: () => (text: string) => text };
const readClock = { text: 'select extract(epoch from clock_timestamp()) * 1000', name: undefined };

/**
 * node-postgres 8.23 copies each property that a query has of its own, which costs a load a twentieth. Of prepared statements, what
 * is always the same is therefore inherited. Others have it of their own, since what rewrites their text, such as a tracer, may copy
 * only that.
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

/** Runs statements on clients of a pool. Each may take `milliseconds`, which `limit` counts. */
export function createClientQuery(milliseconds: number, limit: TimeLimit) {
  /** Clocks read earlier are wrong: the server's has been set since. */
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
    /** Set when the time is up before the statement has ended. */
    let endsLate: (() => void) | undefined;
    const inTime = limit(() => {
      const ended = new Promise<void>((resolve) => {
        endsLate = resolve;
      });
      callback({ error: noResponse(), canceled: cancelStatement(client, ended) });
    });
    // Without values it is sent in a protocol that does not say when execution begins.
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
        // The time limit of a passed pool, which leaves the statement on the server, and does not say when it ends.
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
   * Reads the server's clock. It was read before the result arrived: as the two clocks go on alike, a deadline reckoned from
   * then is over on the server no later than here, by as much as the result was under way.
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
        // Nothing of the statement itself was sent; but after a time-out there is no time left to send it elsewhere.
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
    // The server, a proxy or a NAT may have ended it, and the process been too busy to hear of it: sockets are read first.
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

/** How node-postgres refuses a statement on a client whose connection has ended. */
const notSent = /^Client (was closed|has encountered a connection error) and is not queryable$/;

/**
 * Whether the connection had ended before the statement could run: the server said goodbye to an idle session, or not all of
 * the statement could be handed to the socket. A pooler's errors look alike but name no routine; what it had sent on may run.
 */
function endedBefore(error: Error, { begun }: ClientState): boolean {
  const { syscall, routine } = error as { syscall?: string; routine?: string };
  if (syscall === 'write' || notSent.test(error.message)) return true;
  const code = errorCode(error);
  return code === '57P05' || (code === '57P01' && routine === 'ProcessInterrupts' && !begun);
}

/** How node-postgres says that the `query_timeout` of its pool has passed. */
function isReadTimeout(error: Error): boolean {
  return error.message === 'Query read timeout';
}

/** Whether the connection is gone, and not only the statement refused. */
function isLost(error: Error): boolean {
  const { severity } = error as { severity?: string };
  return severity === undefined || severity === 'FATAL';
}
