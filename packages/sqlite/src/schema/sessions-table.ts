import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { tableNames, withTableNames } from './table-names.ts';

/**
 * A row: the record, and `gc_at`, the only indexed time. Garbage collection looks at a row no earlier than `gc_at`, which is
 * never later than `expires_at`; if the row is still alive then, its `gc_at` moves to its `expires_at`.
 *
 * `expires_at` is not indexed because every save and touch changes it, and would have to write the index as well. `gc_at` stays the
 * same while a session is extended, so only new sessions pay for the index. Without an index, garbage collection would read the
 * whole table.
 */
export interface SessionsTable {
  key: string;
  version: number;
  gc_at: number;
  expires_at: number;
  created_at: number;
  idle_timeout: number | null;
  subject: string | null;
  payload: string;
}

export interface SessionsDatabase {
  sessions: SessionsTable;
  sessions_migration: { name: string; timestamp: string };
  sessions_migration_lock: { id: string; is_locked: number };
  sqlite_schema: { type: string; name: string };
}

/** A Kysely instance without a connection, which only compiles SQL for this table. */
export function sqlWriter(table: string): Kysely<SessionsDatabase> {
  return new Kysely<SessionsDatabase>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
    plugins: [withTableNames(tableNames(table))],
  });
}
