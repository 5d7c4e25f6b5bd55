import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { borrowDatabase } from '../src/connection/open-database.ts';
import { migrateToLatest } from '../src/schema/migrate.ts';
import { createSqliteStorage } from '../src/sqlite-storage.ts';
import { temporaryDatabase } from './temporary-database.ts';

/** A storage backend without core around it, and its database, which is closed and removed when the test ends. */
export function temporaryStorage() {
  const database = new Database(temporaryDatabase());
  onTestFinished(() => {
    database.close();
  });
  migrateToLatest(database, 'sessions');
  return { database, storage: createSqliteStorage(borrowDatabase(database), 'sessions', 5) };
}
