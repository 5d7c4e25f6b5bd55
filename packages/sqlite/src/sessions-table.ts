import type { SessionRecord } from '@store/core/driver';
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely';
import { tableNames, withTableNames } from './table-names.ts';

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
  sqlite_schema: { type: string; name: string };
}

/** What statements bind, by name: a record's fields, and what else is asked for. */
export interface Bindings extends SessionRecord {
  oldKey: string;
  oldVersion: number;
  now: number;
  limit: number;
  exceptKey: string | null;
  onlyKey: string | null;
}

const bind = <Name extends keyof Bindings>(name: Name): RawBuilder<Bindings[Name]> =>
  sql<Bindings[Name]>`${sql.raw(`@${name}`)}`;

/** A Kysely that writes SQL for this table and has no connection. */
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

/** Every statement of the store, written and typed once. */
export function writeStatements(table: string) {
  const db = sqlWriter(table);
  const record = db
    .selectFrom('sessions')
    .select(['key', 'payload', 'subject', 'version'])
    .select(['created_at as createdAt', 'expires_at as expiresAt', 'idle_timeout as idleTimeout'])
    .$castTo<SessionRecord>();
  const due = db
    .selectFrom('sessions')
    .select('key')
    .where('gc_at', '<=', bind('now'))
    .orderBy('gc_at')
    .limit(bind('limit'));

  return {
    read: record.where('key', '=', bind('key')).compile(),

    insert: db
      .insertInto('sessions')
      .values({
        key: bind('key'),
        version: bind('version'),
        gc_at: bind('expiresAt'),
        expires_at: bind('expiresAt'),
        created_at: bind('createdAt'),
        idle_timeout: bind('idleTimeout'),
        subject: bind('subject'),
        payload: bind('payload'),
      })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .compile(),

    /** The everyday replacement: no indexed column is set, so no index is written. */
    replaceContent: db
      .updateTable('sessions')
      .set({
        version: bind('version'),
        expires_at: bind('expiresAt'),
        idle_timeout: bind('idleTimeout'),
        payload: bind('payload'),
      })
      .where('key', '=', bind('oldKey'))
      .where('version', '=', bind('oldVersion'))
      .where('gc_at', '<=', bind('expiresAt'))
      .where('created_at', '=', bind('createdAt'))
      .where(sql<boolean>`subject is ${bind('subject')}`)
      .compile(),

    /** Any replacement: a move, a new subject, an earlier end. */
    replaceRow: db
      .updateTable('sessions')
      .set((row) => ({
        key: bind('key'),
        version: bind('version'),
        gc_at: row.fn<number>('min', ['gc_at', bind('expiresAt')]),
        expires_at: bind('expiresAt'),
        created_at: bind('createdAt'),
        idle_timeout: bind('idleTimeout'),
        subject: bind('subject'),
        payload: bind('payload'),
      }))
      .where('key', '=', bind('oldKey'))
      .where('version', '=', bind('oldVersion'))
      .where((row) =>
        row.not(
          row.exists(
            db
              .selectFrom('sessions as other')
              .select('other.key')
              .where('other.key', '=', bind('key'))
              .where('other.key', '!=', bind('oldKey')),
          ),
        ),
      )
      .compile(),

    touch: db
      .updateTable('sessions')
      .set((row) => ({ expires_at: row.fn<number>('max', ['expires_at', bind('expiresAt')]) }))
      .where('key', '=', bind('key'))
      .where('expires_at', '>', bind('now'))
      .compile(),

    delete: db.deleteFrom('sessions').where('key', '=', bind('key')).compile(),

    deleteExpired: db
      .deleteFrom('sessions')
      .where('key', 'in', due)
      .where('expires_at', '<=', bind('now'))
      .compile(),

    postpone: db
      .updateTable('sessions')
      .set((row) => ({ gc_at: row.ref('expires_at') }))
      .where('key', 'in', due)
      .where('expires_at', '>', bind('now'))
      .compile(),

    listBySubject: record.where('subject', '=', bind('subject')).compile(),

    deleteBySubject: db
      .deleteFrom('sessions')
      .where('subject', '=', bind('subject'))
      .where(sql<boolean>`(${bind('exceptKey')} is null or key <> ${bind('exceptKey')})`)
      .where(sql<boolean>`(${bind('onlyKey')} is null or key = ${bind('onlyKey')})`)
      .compile(),
  } satisfies Record<string, CompiledQuery>;
}
