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
 * A row: the record, and `gc_at`, the only indexed time. Garbage collection looks at a row no earlier than `gc_at`, which is
 * never later than `expires_at`. For rows still alive at that time, it sets `gc_at` to the newer `expires_at`.
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

/** A Kysely that generates SQL for this table, without a connection. */
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
 * A row of a result; see {@link toRecord}. Everything but the payload is in one column, which omits the subject if it is not
 * set: PostgreSQL describes every column of every result, and seven of them make a load measurably slower.
 */
export const record = sql<string>`concat_ws(' ', key, version, created_at, expires_at, coalesce(idle_timeout, -1), subject), payload`;

/** Every value is a safe integer. */
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
 * The second half of a save (`insert into … as stored`), for a session that exists: replaces the content if nothing else has
 * changed, the session was created later than `$8`, and its payload begins with `$9` and ends with `$10`. As long as `gc_at`
 * stays the same, no index is written.
 */
export const overLiveSession = sql`
  on conflict (key) do update set
    version = excluded.version, payload = excluded.payload, expires_at = excluded.expires_at,
    gc_at = least(stored.gc_at, excluded.expires_at)
  where stored.expires_at > excluded.created_at and stored.created_at > $8
    and stored.idle_timeout is not distinct from excluded.idle_timeout
    and (excluded.subject is null or stored.subject = excluded.subject)
    and starts_with(stored.payload, $9) and right(stored.payload, length($10::text)) = $10`;

/** The values of its placeholders from `$8` onwards. */
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
