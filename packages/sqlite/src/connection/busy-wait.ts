import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '@store/core/driver';
import type { Connection } from './connection.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

const longestPause = 25;

/**
 * Waits off the event loop before attempt number `attempt` + 1. The delay is random so that two processes that collided do
 * not collide again.
 *
 * The timer deliberately keeps the process alive, because a caller is awaiting the write; the busy timeout limits how long it can do so.
 */
export function pause(attempt: number): Promise<void> {
  return sleep(1 + Math.random() * Math.min(2 ** attempt, longestPause));
}

/** Whether the database is only temporarily unavailable, so that a retry can succeed. */
export function isBusy(error: unknown, database: SqliteDatabase): boolean {
  // better-sqlite3 throws a TypeError for a write while the application iterates over rows of the same connection.
  if (error instanceof TypeError) return database.open;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(code);
}

/**
 * The error that makes a write wait for the application's open transaction. Without the wait, the write would be committed or rolled
 * back along with that transaction.
 */
export function transactionOpen(): Error {
  return Object.assign(new Error('The application has a transaction open on this connection.'), {
    code: 'SQLITE_BUSY',
  });
}

/** The error for a call whose busy timeout has elapsed. */
export function stayedBusy(seconds: number, cause: unknown): StoreError {
  return new StoreError(
    'UNAVAILABLE',
    `[@store/sqlite] The database was busy for ${seconds} seconds: another process is writing or has a transaction open. ` +
      'Keep transactions short, raise busyTimeout, or end that process.',
    { cause },
  );
}

/**
 * Retries `work` while the database is busy, for at most `busyTimeout` seconds.
 *
 * @throws {StoreError} `UNAVAILABLE` when the database stays busy. Other errors from `work` are rethrown.
 */
export async function whileBusy<T>(connection: Connection, busyTimeout: number, work: () => T): Promise<T> {
  const { withoutTimeout } = connection;
  const deadline = performance.now() + busyTimeout * 1000;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return withoutTimeout ? withoutTimeout(work) : work();
    } catch (error) {
      if (!isBusy(error, connection.database)) throw error;
      if (performance.now() >= deadline) throw stayedBusy(busyTimeout, error);
    }
    await pause(attempt);
  }
}
