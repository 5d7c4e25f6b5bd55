import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { OpenContender } from '../../contender.ts';

/** How a database is set up. `label` stands in the report. */
export interface Settings {
  label: string;
  pragmas: string;
}

/** What @store/sqlite and most guides choose, and what the bare backend of research/benchmarks.md has. */
export const wal: Settings = {
  label: 'WAL, synchronous NORMAL',
  pragmas: 'pragma journal_mode = wal; pragma synchronous = normal',
};

/** What a database has when nobody chooses, as in the README of each peer: a rollback journal, and a sync per commit. */
export const untouched: Settings = { label: 'journal DELETE, synchronous FULL', pragmas: '' };

export function databasePath(directory: string): string {
  return join(directory, 'sessions.db');
}

export function openDatabase(directory: string, { pragmas }: Settings): Database.Database {
  const database = new Database(databasePath(directory), { timeout: 0 });
  database.exec(pragmas);
  return database;
}

/** The untimed half of a contender on a database file, over a connection of its own. */
export function besideDatabase(
  directory: string,
  table: string,
): Pick<OpenContender, 'settle' | 'rows'> & { close(): void } {
  const database = new Database(databasePath(directory));
  const count = database.prepare(`select count(*) from ${table}`).pluck();
  return {
    /** A long log slows loads (feasibility 5); an empty one also makes the number of checkpoints in a round the same for all. */
    settle: () => {
      database.pragma('wal_checkpoint(restart)');
    },
    rows: () => count.get() as number,
    close: () => database.close(),
  };
}

/** Runs saves in one transaction of the contender's own connection. */
export function inTransaction(database: Database.Database): OpenContender['bulk'] {
  return async (saves) => {
    database.exec('begin');
    await saves();
    database.exec('commit');
  };
}

export const hour = 3_600_000;
export const day = 24 * hour;
/** How long sessions live in every contender, in milliseconds. */
export const lifetime = 2 * hour;
