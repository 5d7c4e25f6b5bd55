import { createSessionId } from '@store/core';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, query, url } from '../test/fresh-schema.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { startSession } from './start-session.ts';

const id = createSessionId();

describe('startSession', () => {
  it('uses the schema that the search path leads to unless one is named', async () => {
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

  it('says what PostgreSQL refused, and starts once it is right', async () => {
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

  it('takes a node-postgres pool as it is typed', () => {
    const pool: PostgresPool = freshPool();
    expect(pool.totalCount).toBe(0);
  });
});
