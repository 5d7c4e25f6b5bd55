import { createSessionId } from '@store/core';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, query, url } from '../../test/fresh-schema.ts';
import { findPgBouncer, startPgBouncer } from '../../test/pgbouncer.ts';
import { startSession } from '../start-session.ts';

const bouncer = findPgBouncer();

/** Server processes that wait for a lock on a table in this schema. */
const waiting = `select count(*)::int as count from pg_stat_activity
  where wait_event_type = 'Lock' and query like '%' || $1 || '%'`;

describe.each([
  ['its own pool', (connectionString: string) => ({ connectionString })],
  ['its own pool, prepare: false', (connectionString: string) => ({ connectionString, prepare: false })],
  ['an existing pool', (connectionString: string) => ({ pool: freshPool({ connectionString }) })],
  [
    'an existing pool that has a query_timeout',
    (connectionString: string) => ({ pool: freshPool({ connectionString, query_timeout: 800 }) }),
  ],
  ['PgBouncer', (connectionString: string) => ({ connectionString, prepare: false })],
])('with %s, statements that timed out', (name, options) => {
  it('do not stay on the server', async (context) => {
    let connectionString = url;
    if (name === 'PgBouncer') {
      if (bouncer === undefined) return context.skip('PgBouncer is not installed; set PGBOUNCER to its path');
      const pooler = await startPgBouncer(bouncer, url);
      onTestFinished(() => pooler.stop());
      connectionString = pooler.url;
    }
    const schema = freshSchema();
    const store = await startSession({
      ...options(connectionString),
      schema,
      statementTimeout: 1.5,
      cache: false,
    });
    onTestFinished(() => store.close());
    const id = createSessionId();
    await store.save(id, {}, {});
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    onTestFinished(() => holder.end());
    await holder.query(`begin; lock table ${pg.escapeIdentifier(schema)}.sessions in access exclusive mode`);
    // PgBouncer has two server connections here. A statement in its queue may reach the server while it is being canceled.
    const length = name === 'PgBouncer' ? 2 : 8;
    const calls = Array.from({ length }, (_, n) => (n % 2 ? store.list('ann') : store.touch(id)));
    const refused = calls.map(() => ({ status: 'rejected', reason: { code: 'UNAVAILABLE' } }));
    expect(await Promise.allSettled(calls)).toMatchObject(refused);
    // The table is still locked.
    await expect.poll(() => query(waiting, [schema.slice(6, 20)]), { timeout: 5000 }).toEqual([{ count: 0 }]);
    await holder.query('rollback');
    expect(await store.touch(id)).toBe(true);
  });
});
