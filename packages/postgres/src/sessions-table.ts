import type { SessionRecord } from '@store/core/driver';
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  sql,
} from 'kysely';
import { nameStatement } from './statement.ts';
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
const columns = [
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

/** The placeholder of the value at this position. */
const bind = <T = string>(position: number): RawBuilder<T> => sql<T>`${sql.raw(`$${position}`)}`;

/** Every statement of the store that deals with one session, or with those of a subject, written and typed once. */
export function writeStatements(location: TableLocation, prepare: boolean) {
  const db = sqlWriter(location);
  const record = db.selectFrom('sessions').select(columns);
  const statement = <Values extends unknown[]>(query: CompiledQuery) => nameStatement<Values>(query, prepare);

  return {
    read: statement<[key: string]>(record.where('key', '=', bind(1)).compile()),

    insert: statement<RecordValues>(
      db
        .insertInto('sessions')
        .values({
          key: bind(1),
          version: bind<number>(2),
          gc_at: bind<number>(3),
          expires_at: bind<number>(3),
          created_at: bind<number>(4),
          idle_timeout: bind<number | null>(5),
          subject: bind<string | null>(6),
          payload: bind(7),
        })
        .onConflict((conflict) => conflict.column('key').doNothing())
        .compile(),
    ),

    /** As long as key, subject and `gc_at` stay as they are, no index is written: PostgreSQL compares their values. */
    replace: statement<[...RecordValues, oldKey: string, oldVersion: number]>(
      db
        .updateTable('sessions')
        .set((row) => ({
          key: bind(1),
          version: bind<number>(2),
          gc_at: row.fn<number>('least', ['gc_at', bind<number>(3)]),
          expires_at: bind<number>(3),
          created_at: bind<number>(4),
          idle_timeout: bind<number | null>(5),
          subject: bind<string | null>(6),
          payload: bind(7),
        }))
        .where('key', '=', bind(8))
        .where('version', '=', bind<number>(9))
        .compile(),
    ),

    touch: statement<[key: string, now: number, expiresAt: number]>(
      db
        .updateTable('sessions')
        .set((row) => ({ expires_at: row.fn<number>('greatest', ['expires_at', bind<number>(3)]) }))
        .where('key', '=', bind(1))
        .where('expires_at', '>', bind<number>(2))
        .compile(),
    ),

    delete: statement<[key: string]>(db.deleteFrom('sessions').where('key', '=', bind(1)).compile()),

    listBySubject: statement<[subject: string]>(record.where('subject', '=', bind(1)).compile()),

    /**
     * One plain delete, and no rows locked first: a row that is being moved to another key makes this statement wait, then
     * look at the row as it is after the move. A key read before, to delete by it after, would miss the row.
     */
    deleteBySubject: statement<[subject: string, exceptKey: string | null, onlyKey: string | null]>(
      db
        .deleteFrom('sessions')
        .where('subject', '=', bind(1))
        .where(sql<boolean>`(${bind(2)}::text is null or key <> ${bind(2)})`)
        .where(sql<boolean>`(${bind(3)}::text is null or key = ${bind(3)})`)
        .compile(),
    ),
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
