import type { SessionRecord } from '@store/core/driver';
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely';
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

/**
 * What a row of a result has; see {@link toRecord}. All but the payload is one column, without the subject if there is none:
 * PostgreSQL describes every column of every result, and seven of them make a load measurably slower.
 */
export const record = sql<string>`concat_ws(' ', key, version, created_at, expires_at, coalesce(idle_timeout, -1), subject), payload`;

/** Every number here fits the 53 bits of a number. */
export function toRecord([head, payload]: (string | null)[]): SessionRecord {
  const [key, version, createdAt, expiresAt, idleTimeout, ...subject] = (head as string).split(' ');
  return {
    key: key as string,
    payload: payload as string,
    subject: subject.length === 0 ? null : subject.join(' '),
    version: Number(version),
    createdAt: Number(createdAt),
    expiresAt: Number(expiresAt),
    idleTimeout: idleTimeout === '-1' ? null : Number(idleTimeout),
  };
}

/**
 * The half of a save, `insert into … as stored`, for a session that exists: new content for one that is otherwise unchanged
 * and was created later than `$8`, and whose payload begins with `$9` and ends with `$10`. As long as `gc_at` stays as it is, no
 * index is written.
 */
export const overLiveSession = sql`
  on conflict (key) do update set
    version = excluded.version, payload = excluded.payload, expires_at = excluded.expires_at,
    gc_at = least(stored.gc_at, excluded.expires_at)
  where stored.expires_at > excluded.created_at and stored.created_at > $8
    and stored.idle_timeout is not distinct from excluded.idle_timeout
    and (excluded.subject is null or stored.subject = excluded.subject)
    and starts_with(stored.payload, $9) and right(stored.payload, length($10::text)) = $10`;

/** The values of its placeholders from `$8` on. */
export type SaveConditions = [createdAfter: number, payloadStart: string, payloadEnd: string];

/** A record's values in the order of the placeholders of `insert`, `save` and `replace`. */
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
