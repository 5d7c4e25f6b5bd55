import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '@store/core/driver';
import type { Connection } from './connection.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

const longestPause = 25;

/**
 * Waits off the event loop before attempt number `attempt` + 1. Random, so that two processes that collided once do not
 * collide again.
 *
 * The timer keeps the process alive, and should: a caller awaits the write. It lives no longer than the busy timeout.
 */
export function pause(attempt: number): Promise<void> {
  return sleep(1 + Math.random() * Math.min(2 ** attempt, longestPause));
}

/** Tells whether the database cannot be used just now but may be in a moment. */
export function isBusy(error: unknown, database: SqliteDatabase): boolean {
  // better-sqlite3 throws a TypeError for a write while the application iterates over rows of the same connection.
  if (error instanceof TypeError) return database.open;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(code);
}

/** The reason to wait when the application's own transaction is open: a write would be committed, or undone, with it. */
export function transactionOpen(): Error {
  return Object.assign(new Error('The application has a transaction open on this connection.'), {
    code: 'SQLITE_BUSY',
  });
}

/** The error for a call that has waited as long as it may. */
export function stayedBusy(seconds: number, cause: unknown): StoreError {
  return new StoreError(
    'UNAVAILABLE',
    `[@store/sqlite] The database was busy for ${seconds} seconds: another process writes or keeps a transaction open. ` +
      'Keep transactions short, raise busyTimeout, or end that process.',
    { cause },
  );
}

/**
 * Runs `work` until the database is free for it, at most `busyTimeout` seconds.
 *
 * @throws {StoreError} `UNAVAILABLE` when it stays busy; anything else that `work` throws passes.
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
