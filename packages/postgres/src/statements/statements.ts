import { type CompiledQuery, sql } from 'kysely';
import { asynchronous, bind, nameStatement, undoneIfLate } from '../connection/statement.ts';
import {
  overLiveSession,
  type RecordValues,
  record,
  type SaveConditions,
  sqlWriter,
} from '../schema/sessions-table.ts';
import type { TableLocation } from '../schema/table-names.ts';

const table = sql.table('sessions');
const columns = sql`(key, version, gc_at, expires_at, created_at, idle_timeout, subject, payload)`;

/**
 * The statements for one session, or for the sessions of a subject.
 *
 * Those that can create a key, or remove one whatever its version, carry a deadline: after the caller was told `UNAVAILABLE`, the
 * statement may still reach the server minutes later, and must then fail. A compare-and-swap needs no deadline.
 */
export function writeStatements(location: TableLocation, prepare: boolean) {
  const db = sqlWriter(location);
  const read = <Values extends unknown[]>(query: CompiledQuery) =>
    nameStatement<Values>(query, prepare, { readOnly: true });
  const swap = <Values extends unknown[]>(query: CompiledQuery) => nameStatement<Values>(query, prepare);
  const timed = <Values extends unknown[]>(query: CompiledQuery) =>
    nameStatement<Values>(query, prepare, { deadline: true });

  const replacing = db
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
    .where('version', '=', bind<number>(9));

  return {
    read: read<[key: string]>(sql`select ${record} from ${table} where key = $1`.compile(db)),

    scan: read<[after: string, limit: number]>(
      sql`select ${record} from ${table} where key > $1 order by key limit $2`.compile(db),
    ),

    insert: timed<RecordValues>(
      sql`
        insert into ${table} ${columns} values ($1, $2, $3, $3, $4, $5, $6, $7)
        on conflict (key) do nothing returning ${undoneIfLate(8)}`.compile(db),
    ),

    save: timed<[...RecordValues, ...SaveConditions]>(
      sql`
        insert into ${table} as stored ${columns} values ($1, $2, $3, $3, $4, $5, $6, $7)
        ${overLiveSession} returning ${undoneIfLate(11)}`.compile(db),
    ),

    /** As long as key, subject and `gc_at` stay the same, no index is written: PostgreSQL compares their values. */
    replace: swap<[...RecordValues, oldKey: string, oldVersion: number]>(replacing.compile()),

    /** `replace` with another key: a compare-and-swap that also creates a key. */
    rename: timed<[...RecordValues, oldKey: string, oldVersion: number]>(
      replacing.returning(undoneIfLate(10).as('in_time')).compile(),
    ),

    /**
     * The row itself gets the new key and the mark is a new row, not the other way round: a `deleteBySubject` that waits for
     * the row then follows it to its new key. The mark can have the old key because the update comes first, and to the unique
     * index, a row moved by the same transaction is gone.
     */
    move: timed<
      [
        ...RecordValues,
        oldKey: string,
        oldVersion: number,
        markVersion: number,
        markExpiresAt: number,
        markCreatedAt: number,
        markIdleTimeout: number | null,
        markSubject: string | null,
        markPayload: string,
      ]
    >(
      sql`
        with moved as (${replacing.returning('key')})
        insert into ${table} ${columns}
        select $8, $10::bigint, $11::bigint, $11::bigint, $12::bigint, $13::integer, $14, $15 from moved
        returning ${undoneIfLate(16)}`.compile(db),
    ),

    touch: swap<[key: string, now: number, expiresAt: number]>(
      sql`
        with ${asynchronous}
        update ${table} set expires_at = greatest(expires_at, $3) from asynchronous
        where key = $1 and expires_at > $2`.compile(db),
    ),

    delete: timed<[key: string]>(
      db.deleteFrom('sessions').where('key', '=', bind(1)).returning(undoneIfLate(2).as('in_time')).compile(),
    ),

    /** Waits while the row is being moved, and then finds that its key has changed. */
    deleteSession: timed<[key: string]>(
      db
        .deleteFrom('sessions')
        .where('key', '=', bind(1))
        .where('idle_timeout', 'is distinct from', sql.lit(0))
        .returning(undoneIfLate(2).as('in_time'))
        .compile(),
    ),

    removeFence: swap<[key: string, version: number]>(
      db.deleteFrom('sessions').where('key', '=', bind(1)).where('version', '=', bind<number>(2)).compile(),
    ),

    listBySubject: read<[subject: string]>(
      sql`select ${record} from ${table} where subject = $1`.compile(db),
    ),

    /**
     * One plain delete that does not lock rows first: if a row is being moved to another key, the statement waits and then sees the
     * moved row. Reading keys first and deleting by key later would miss it.
     */
    deleteBySubject: timed<[subject: string, exceptKey: string | null, onlyKey: string | null]>(
      db
        .deleteFrom('sessions')
        .where('subject', '=', bind(1))
        .where(sql<boolean>`(${bind(2)}::text is null or key <> ${bind(2)})`)
        .where(sql<boolean>`(${bind(3)}::text is null or key = ${bind(3)})`)
        .returning(undoneIfLate(4).as('in_time'))
        .compile(),
    ),
  };
}
