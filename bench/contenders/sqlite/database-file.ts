import { join } from 'node:path';
import type { Awaitable } from '@store/core';
import Database from 'better-sqlite3';
import type { Contender, Operations } from '../../contender.ts';

/** The settings that @store/sqlite and most guides use. */
const wal = 'pragma journal_mode = wal; pragma synchronous = normal';

export function databasePath(directory: string): string {
  return join(directory, 'sessions.db');
}

/**
 * A contender on a database file, which `start` opens unless the store does so itself. Untimed work uses a separate connection:
 * counting rows would evict pages from the contender's cache.
 */
export function onDatabase<Loaded>(
  table: string,
  start: (open: (pragmas?: string) => Database.Database, path: string) => Awaitable<Operations<Loaded>>,
): Contender['open'] {
  return async (directory) => {
    const path = databasePath(directory);
    let database: Database.Database | undefined;
    function open(pragmas = wal) {
      database = new Database(path, { timeout: 0 });
      return database.exec(pragmas);
    }
    const operations = await start(open, path);
    const admin = new Database(path);
    const count = admin.prepare(`select count(*) from ${table}`).pluck();
    return {
      async bulk(saves) {
        database?.exec('begin');
        await saves();
        database?.exec('commit');
      },
      ...operations,
      /** A long log slows down loads, and starting with an empty one gives every contender the same number of checkpoints per round. */
      maintain: () => void admin.pragma('wal_checkpoint(restart)'),
      rows: () => count.get() as number,
      async close() {
        await operations.close?.();
        admin.close();
        database?.close();
      },
    };
  };
}
