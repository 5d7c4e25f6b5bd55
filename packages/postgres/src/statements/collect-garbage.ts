import { type TryAgain, tryAgain } from '@store/core/driver';
import { sql } from 'kysely';
import type { Result } from '../connection/client-query.ts';
import type { Run } from '../connection/connection.ts';
import { nameStatement } from '../connection/statement.ts';
import { isCollision } from '../errors.ts';
import { sqlWriter } from '../schema/sessions-table.ts';
import type { TableLocation } from '../schema/table-names.ts';

/**
 * The maximum number of rows for one statement, which takes about a quarter of a millisecond. A longer one keeps one of the
 * server's processors busy: with 500 rows, the slowest loads at that time take ten times as long.
 */
const mostRows = 25;

/**
 * Creates the function that removes expired sessions. Rows locked by another transaction are left for the next run, so two
 * collectors share the work without waiting for each other, and no request waits for either.
 *
 * A row that is due by its `gc_at` but still alive is postponed until its newer `expires_at`.
 */
export function createCollectGarbage(run: Run, location: TableLocation, prepare: boolean) {
  const table = sql.table('sessions');
  const collect = nameStatement<[now: number, limit: number]>(
    sql`
      with due as materialized (
        select key, expires_at from ${table} where gc_at <= $1 order by gc_at limit $2 for update skip locked
      ), removed as (
        delete from ${table} as stored using due where stored.key = due.key and due.expires_at <= $1 returning 1
      ), postponed as (
        update ${table} as stored set gc_at = due.expires_at from due
        where stored.key = due.key and due.expires_at > $1 returning 1
      )
      select (select count(*) from removed), (select count(*) from postponed)`.compile(sqlWriter(location)),
    prepare,
  );

  return async (now: number, limit: number): Promise<number | TryAgain> => {
    for (let removed = 0; ; ) {
      const most = Math.min(mostRows, limit - removed);
      let rows: Result['rows'];
      try {
        ({ rows } = await run(collect, now, most));
      } catch (error) {
        if (!isCollision(error)) throw error;
        // Count what earlier statements removed; the rest is left for the next run.
        return removed > 0 ? removed : tryAgain;
      }
      const [gone = 0, postponed = 0] = (rows[0] ?? []).map(Number);
      removed += gone;
      if (removed === limit || gone + postponed < most) return removed;
    }
  };
}
