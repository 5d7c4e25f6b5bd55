import { type TryAgain, tryAgain } from '@store/core/driver';
import { sql } from 'kysely';
import type { Result } from '../connection/client-query.ts';
import type { Run } from '../connection/connection.ts';
import { nameStatement } from '../connection/statement.ts';
import { isCollision } from '../errors.ts';
import { sqlWriter } from '../schema/sessions-table.ts';
import type { TableLocation } from '../schema/table-names.ts';

/**
 * The most rows that one statement deals with, in about a quarter of a millisecond. A server process that works for longer
 * keeps its processor from others: with 500 rows, the slowest loads at that time take ten times as long.
 */
const mostRows = 25;

/**
 * Makes the function that removes expired sessions. Rows that another transaction holds are left for the next time: two
 * collectors share the work instead of waiting for each other, and no request waits for either.
 *
 * A row that comes up because of its `gc_at` and is still alive is put off until its newer `expires_at`.
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
        // What earlier statements removed has to be counted; the rest is left for the next time.
        return removed > 0 ? removed : tryAgain;
      }
      const [gone = 0, postponed = 0] = (rows[0] ?? []).map(Number);
      removed += gone;
      if (removed === limit || gone + postponed < most) return removed;
    }
  };
}
