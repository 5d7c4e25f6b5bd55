import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DriverModule, Place } from '@store/conformance';
import { startSession } from '@store/sqlite';
import Database from 'better-sqlite3';
import { borrowDatabase } from '../src/connection/open-database.ts';
import { migrateToLatest } from '../src/schema/migrate.ts';
import { createSqliteStorage } from '../src/sqlite-storage.ts';

const pathOf = ({ directory }: Place) => join(directory, 'sessions.db');

function inDatabase<T>(place: Place, work: (database: Database.Database) => T): T {
  const database = new Database(pathOf(place));
  try {
    return work(database);
  } finally {
    database.close();
  }
}

export const capabilities: DriverModule['capabilities'] = {
  subjects: true,
  savesInOneStep: true,
  sharedBetweenProcesses: true,
};

export const start: DriverModule['start'] = (options, place) =>
  startSession({ ...options, database: pathOf(place) });

export const openStorage: DriverModule['openStorage'] = (place) => {
  const database = new Database(pathOf(place));
  migrateToLatest(database, 'sessions');
  return {
    ...createSqliteStorage(borrowDatabase(database), 'sessions', 5),
    close: () => void database.close(),
  };
};

// Every byte, including those of the log and of freed pages.
export const dump: DriverModule['dump'] = (place) =>
  ['', '-wal']
    .map((suffix) => pathOf(place) + suffix)
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'latin1'))
    .join('');

export const peek: DriverModule['peek'] = (key, place) =>
  inDatabase(place, (database) =>
    JSON.stringify(database.prepare('select * from sessions where key = ?').get(key)),
  );

export const breakBackend: DriverModule['breakBackend'] = (place) =>
  inDatabase(place, (database) => void database.exec('alter table sessions rename to taken_away'));

export const mendBackend: DriverModule['mendBackend'] = (place) =>
  inDatabase(place, (database) => void database.exec('alter table taken_away rename to sessions'));
