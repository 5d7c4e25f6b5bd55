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
 * Every statement that deals with one session, or with those of a subject.
 *
 * Those that can make a key exist, or remove one whatever its version, carry a deadline: a statement whose caller was told
 * `UNAVAILABLE` may still reach the server, minutes later, and must find that it is late. A compare-and-swap needs none.
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

    /** As long as key, subject and `gc_at` stay as they are, no index is written: PostgreSQL compares their values. */
    replace: swap<[...RecordValues, oldKey: string, oldVersion: number]>(replacing.compile()),

    /** `replace` to another key: a swap, and the making of a key. */
    rename: timed<[...RecordValues, oldKey: string, oldVersion: number]>(
      replacing.returning(undoneIfLate(10).as('in_time')).compile(),
    ),

    /**
     * The row itself gets the new key and the mark is a new row, not the other way round: `deleteBySubject` that waits for
     * the row then follows it to its new key. The mark may take the old key because the update comes first, and the unique
     * index counts a row that the same transaction has moved as gone.
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

    /** Waits for a move of the row, and then finds that it has another key. */
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
     * One plain delete that locks no rows first: when a row is being moved to another key, the statement waits, then looks at
     * the row as it is after the move. A key read earlier, to delete by it later, would miss the row.
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
