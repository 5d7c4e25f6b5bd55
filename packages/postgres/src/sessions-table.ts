import type { SessionRecord } from '@store/core/driver';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { type TableLocation, withTableNames } from './table-names.ts';

/**
 * A row: the record, and `gc_at`, the only time that is indexed. Garbage collection looks at a row no earlier than `gc_at`,
 * which is never later than `expires_at`. Rows that are still alive then move on to their newer `expires_at`.
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
}

/** A Kysely that writes SQL for this table and has no connection. */
export function sqlWriter(location: TableLocation): Kysely<SessionsDatabase> {
  return new Kysely<SessionsDatabase>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins: [withTableNames(location)],
  });
}

/** What a row of the answer has, in this order; see {@link toRecord}. */
export const columns = [
  'key',
  'payload',
  'subject',
  'version',
  'created_at',
  'expires_at',
  'idle_timeout',
] as const satisfies (keyof SessionsTable)[];

/** Numbers arrive as text: an eight-byte integer, and every one here fits the 53 bits of a number. */
export function toRecord(row: (string | null)[]): SessionRecord {
  const [key, payload, subject, version, createdAt, expiresAt, idleTimeout] = row;
  return {
    key: key as string,
    payload: payload as string,
    subject: subject as string | null,
    version: Number(version),
    createdAt: Number(createdAt),
    expiresAt: Number(expiresAt),
    idleTimeout: idleTimeout === null ? null : Number(idleTimeout),
  };
}

/** A record's values in the order of the placeholders of `insert` and `replace`. */
export type RecordValues = [
  key: string,
  version: number,
  expiresAt: number,
  createdAt: number,
  idleTimeout: number | null,
  subject: string | null,
  payload: string,
];

export function toValues(record: SessionRecord): RecordValues {
  const { key, version, expiresAt, createdAt, idleTimeout, subject, payload } = record;
  return [key, version, expiresAt, createdAt, idleTimeout, subject, payload];
}
