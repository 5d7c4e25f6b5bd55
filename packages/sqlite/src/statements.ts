import type { SessionRecord } from '@store/core/driver';
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { sqlWriter } from './schema/sessions-table.ts';

/** The named parameters of the statements: a record's fields, and some others. */
interface Bindings extends SessionRecord {
  oldKey: string;
  oldVersion: number;
  markVersion: number;
  markExpiresAt: number;
  markCreatedAt: number;
  markIdleTimeout: number | null;
  markSubject: string | null;
  markPayload: string;
  createdAfter: number;
  plain: string;
  now: number;
  limit: number;
  after: string | null;
  exceptKey: string | null;
  onlyKey: string | null;
}

const sessions = sql.table('sessions');
const bind = <Name extends keyof Bindings>(name: Name): RawBuilder<Bindings[Name]> =>
  sql<Bindings[Name]>`${sql.raw(`@${name}`)}`;

/** Every statement that the storage uses. */
export function writeStatements(table: string) {
  const db = sqlWriter(table);
  const record = db
    .selectFrom('sessions')
    .select(['key', 'payload', 'subject', 'version'])
    .select(['created_at as createdAt', 'expires_at as expiresAt', 'idle_timeout as idleTimeout'])
    .$castTo<SessionRecord>();
  const inner = db.withoutPlugins();
  const due = inner
    .selectFrom('sessions')
    .select('key')
    .where('gc_at', '<=', bind('now'))
    .orderBy('gc_at')
    .limit(bind('limit'));

  const content = { version: bind('version'), expires_at: bind('expiresAt'), payload: bind('payload') };
  const values = {
    ...content,
    key: bind('key'),
    gc_at: bind('expiresAt'),
    created_at: bind('createdAt'),
    idle_timeout: bind('idleTimeout'),
    subject: bind('subject'),
  };

  return {
    /** Its parameter is bound by position: binding by name would make a load measurably slower. */
    read: record.where('key', '=', sql<string>`?`).compile(),

    insert: db
      .insertInto('sessions')
      .values(values)
      .onConflict((conflict) => conflict.column('key').doNothing())
      .compile(),

    /** Inserts a session, or replaces only the content of an existing one; in the latter case, no index is written. */
    save: db
      .insertInto('sessions')
      .values(values)
      .onConflict((conflict) =>
        conflict
          .column('key')
          .doUpdateSet(content)
          .where('expires_at', '>', bind('createdAt'))
          .where('created_at', '>', bind('createdAfter'))
          .where('idle_timeout', 'is', bind('idleTimeout'))
          .where(sql<boolean>`(${bind('subject')} is null or subject = ${bind('subject')})`)
          .where('gc_at', '<=', bind('expiresAt'))
          // Comparing two substrings would take twice as long.
          .where(sql<boolean>`payload glob ${bind('plain')}`),
      )
      .compile(),

    /** The common replacement: it sets no indexed column, so no index is written. */
    replaceContent: db
      .updateTable('sessions')
      .set({ ...content, idle_timeout: bind('idleTimeout') })
      .where('key', '=', bind('oldKey'))
      .where('version', '=', bind('oldVersion'))
      .where('gc_at', '<=', bind('expiresAt'))
      .where('created_at', '=', bind('createdAt'))
      .where(sql<boolean>`subject is ${bind('subject')}`)
      .compile(),

    /** Any other replacement: a move, a new subject, or an earlier expiry. */
    replaceRow: db
      .updateTable('sessions')
      .set((row) => ({ ...values, gc_at: row.fn<number>('min', ['gc_at', bind('expiresAt')]) }))
      .where('key', '=', bind('oldKey'))
      .where('version', '=', bind('oldVersion'))
      .where((row) =>
        row.not(
          row.exists(
            inner
              .selectFrom('sessions as other')
              .select('other.key')
              .where('other.key', '=', bind('key'))
              .where('other.key', '!=', bind('oldKey')),
          ),
        ),
      )
      .compile(),

    /**
     * Inserts the session as a new row and replaces the old row with its mark. Writes two rows, or none if the version has changed
     * or the new key is taken. `where true` keeps SQLite from parsing `on conflict` as a join condition.
     */
    move: sql`
      with allowed as (
        select 1
        where exists (select 1 from ${sessions} where key = ${bind('oldKey')} and version = ${bind('oldVersion')})
          and not exists (select 1 from ${sessions} where key = ${bind('key')})
      )
      insert into ${sessions} (key, version, gc_at, expires_at, created_at, idle_timeout, subject, payload)
      select ${bind('key')}, ${bind('version')}, ${bind('expiresAt')}, ${bind('expiresAt')}, ${bind('createdAt')},
        ${bind('idleTimeout')}, ${bind('subject')}, ${bind('payload')} from allowed
      union all
      select ${bind('oldKey')}, ${bind('markVersion')}, ${bind('markExpiresAt')}, ${bind('markExpiresAt')},
        ${bind('markCreatedAt')}, ${bind('markIdleTimeout')}, ${bind('markSubject')}, ${bind('markPayload')}
      from allowed where true
      on conflict (key) do update set
        version = excluded.version, gc_at = excluded.gc_at, expires_at = excluded.expires_at,
        created_at = excluded.created_at, idle_timeout = excluded.idle_timeout, subject = excluded.subject,
        payload = excluded.payload`.compile(db),

    touch: db
      .updateTable('sessions')
      .set((row) => ({ expires_at: row.fn<number>('max', ['expires_at', bind('expiresAt')]) }))
      .where('key', '=', bind('key'))
      .where('expires_at', '>', bind('now'))
      .compile(),

    deleteSession: db
      .deleteFrom('sessions')
      .where('key', '=', bind('key'))
      .where('idle_timeout', 'is not', sql.lit(0))
      .compile(),

    scan: record
      .where(sql<boolean>`(${bind('after')} is null or key > ${bind('after')})`)
      .orderBy('key')
      .limit(bind('limit'))
      .compile(),

    delete: db.deleteFrom('sessions').where('key', '=', bind('key')).compile(),

    due: db
      .selectFrom('sessions')
      .select('key')
      .where('gc_at', '<=', bind('now'))
      .limit(sql.lit(1))
      .compile(),

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
