import { createSessionId } from '@store/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, url } from '../test/fresh-schema.ts';
import { startLoad } from '../test/load.ts';
import { findPgBouncer, startPgBouncer } from '../test/pgbouncer.ts';
import { startSession } from './start-session.ts';

const path = findPgBouncer();
const reason = path === undefined ? ' (skipped: PgBouncer is not installed; set PGBOUNCER to its path)' : '';

describe.skipIf(path === undefined)(`behind PgBouncer in transaction mode${reason}`, () => {
  it.each([
    ['its own pool', true],
    ['an existing pool', false],
  ])('the store starts, keeps concurrent writes, and collects garbage, with %s', async (_pool, own) => {
    const bouncer = await startPgBouncer(path ?? '', url);
    onTestFinished(() => bouncer.stop());
    const options = { schema: freshSchema(), prepare: false, cache: false };
    const store = await startSession(
      own
        ? { connectionString: bouncer.url, ...options }
        : { pool: freshPool({ connectionString: bouncer.url }), ...options },
    );
    onTestFinished(() => store.close());
    const load = startLoad(store);
    await expect.poll(() => load.acknowledged.size).toBeGreaterThan(500);
    expect(await load.stop()).toEqual([]);
    expect(load.failures).toEqual([]);
    expect(load.unexpected).toEqual([]);
    const ids = Array.from({ length: 20 }, () => createSessionId());
    await Promise.all(ids.map((id) => store.save(id, {}, {}, { subject: 'ann' })));
    expect(await Promise.all(ids.map((id) => store.touch(id)))).toEqual(ids.map(() => true));
    expect(await store.destroyAll('ann')).toBe(20);
    expect(await store.gc()).toBe(0);
  });
});
