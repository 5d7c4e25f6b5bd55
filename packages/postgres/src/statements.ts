import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { overLiveSession, type RecordValues, record, sqlWriter } from './sessions-table.ts';
import { nameStatement } from './statement.ts';
import type { TableLocation } from './table-names.ts';

/** The placeholder of the value at this position. */
const bind = <T = string>(position: number): RawBuilder<T> => sql<T>`${sql.raw(`$${position}`)}`;

/** Every statement of the store that deals with one session, or with those of a subject, written and typed once. */
export function writeStatements(location: TableLocation, prepare: boolean) {
  const db = sqlWriter(location);
  const table = sql.table('sessions');
  const statement = <Values extends unknown[]>(query: CompiledQuery) => nameStatement<Values>(query, prepare);

  return {
    read: statement<[key: string]>(sql`select ${record} from ${table} where key = $1`.compile(db)),

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

    save: statement<[...RecordValues, createdAfter: number]>(
      sql`
        insert into ${table} as stored (key, version, gc_at, expires_at, created_at, idle_timeout, subject, payload)
        values ($1, $2, $3, $3, $4, $5, $6, $7) ${overLiveSession}`.compile(db),
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

    listBySubject: statement<[subject: string]>(
      sql`select ${record} from ${table} where subject = $1`.compile(db),
    ),

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
