import { createSessionId, isStoreError } from '@store/core';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, query, url } from '../test/fresh-schema.ts';
import type { PostgresPool } from './connection/postgres-pool.ts';
import { startSession } from './start-session.ts';

const id = createSessionId();

describe('startSession', () => {
  it('uses the first schema in the search path unless one is named', async () => {
    const schema = freshSchema();
    await query(`create schema ${pg.escapeIdentifier(schema)}`);
    const pool = freshPool({
      options: `-c search_path=${pg.escapeIdentifier(schema).replaceAll(' ', '\\ ')}`,
    });
    const store = await startSession({ pool, cache: false });
    await store.save(id, {}, {});
    await store.close();
    expect(await query(`select count(*)::int from ${pg.escapeIdentifier(schema)}.sessions`)).toEqual([
      { count: 1 },
    ]);
  });

  it('reports what PostgreSQL refused, and starts once that is fixed', async () => {
    const nowhere = new URL(url);
    nowhere.pathname = '/nowhere';
    await expect(startSession({ connectionString: nowhere.href })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('database does not exist'),
      cause: expect.objectContaining({ code: '3D000' }),
    });
    const refused = new URL(url);
    refused.port = '1';
    await expect(startSession({ connectionString: refused.href })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('cannot be reached'),
      cause: expect.objectContaining({ code: 'ECONNREFUSED' }),
    });
    const store = await startSession({ connectionString: url, schema: freshSchema(), cache: false });
    await store.close();
  });

  it('reports a search path without an existing schema, and the option that names one', async () => {
    const pool = freshPool({ options: '-c search_path=tenant_1' });
    await expect(startSession({ pool, cache: false })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/No schema in the search path exists\. Pass schema/),
      cause: expect.objectContaining({ code: '3F000' }),
    });
  });

  it.each([
    ['a type', 'create type', 'as (x int)'],
    ['a sequence', 'create sequence', ''],
    ['a view', 'create view', 'as select 1'],
    ['a materialized view', 'create materialized view', 'as select 1'],
  ])('reports that the table name belongs to %s', async (_kind, create, rest) => {
    const schema = freshSchema();
    const name = `${pg.escapeIdentifier(schema)}.sessions`;
    await query(`create schema ${pg.escapeIdentifier(schema)}; ${create} ${name} ${rest}`);
    for (const migrate of [true, false]) {
      await expect(
        startSession({ connectionString: url, schema, migrate, cache: false }),
      ).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: expect.anything() });
    }
  });

  it('explains that another transaction has locked the table for longer than lock_timeout', async () => {
    const schema = freshSchema();
    const holder = await freshPool().connect();
    await holder.query(`create schema ${pg.escapeIdentifier(schema)}`);
    await holder.query(`begin; create table ${pg.escapeIdentifier(schema)}.sessions (x int)`);
    const pool = freshPool({ options: '-c lock_timeout=100' });
    await expect(startSession({ pool, schema, cache: false })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('lock_timeout'),
      cause: expect.objectContaining({ code: '55P03' }),
    });
    await holder.query('rollback');
    holder.release();
    await (await startSession({ pool, schema, cache: false })).close();
  });

  it("waits for other processes that are migrating, however short the role's lock_timeout", async () => {
    const schema = freshSchema();
    const pools = Array.from({ length: 20 }, () => freshPool({ options: '-c lock_timeout=1' }));
    const stores = await Promise.all(pools.map((pool) => startSession({ pool, schema, cache: false })));
    for (const store of stores) await store.close();
  });

  it('rejects with a StoreError that has the reason as its cause, even for an unexpected error', async () => {
    const pool = freshPool();
    const reason = new TypeError('out of the blue');
    pool.connect = (callback?: unknown) => (callback as (error: Error) => void)(reason) as never;
    const refusal = await startSession({ pool, cache: false }).catch((error) => error);
    expect(isStoreError(refusal)).toBe(true);
    expect(refusal.cause).toBe(reason);
  });

  it.each(['LATIN1', 'SQL_ASCII'])('refuses a database in %s', async (encoding) => {
    const database = `store_${encoding}_${createSessionId().replace(/\W/g, '').slice(0, 8)}`.toLowerCase();
    await query(
      `create database ${database} encoding '${encoding}' template template0 lc_collate 'C' lc_ctype 'C'`,
    );
    onTestFinished(() => query(`drop database ${database} with (force)`).then(() => {}));
    const address = new URL(url);
    address.pathname = database;
    await expect(startSession({ connectionString: address.href, cache: false })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`encoding is ${encoding}`),
    });
  });

  it('refuses a connection that is not in UTF-8', async () => {
    const pool = freshPool();
    pool.on('connect', (client) => void client.query("set client_encoding to 'LATIN1'"));
    await expect(startSession({ pool, schema: freshSchema(), cache: false })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('client_encoding is LATIN1'),
    });
  });

  it("accepts a pool of node-postgres's own type", () => {
    const pool: PostgresPool = freshPool();
    expect(pool.totalCount).toBe(0);
  });
});
