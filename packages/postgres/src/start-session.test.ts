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

  it.each([
    ['connectionString', {}],
    ['connectionString', undefined],
    ['connectionString', { connectionString: '' }],
    ['connectionString', { connectionString: 7 }],
    ['connectionString', { connectionString: 'postgres://user:secret@host:port/database' }],
    ['pool', { pool: {} }],
    ['pool', { pool: new pg.Client() }],
    ['pool', { pool: null }],
    ['pool', { pool: new pg.Pool(), connectionString: 'postgres://secret@localhost' }],
    ['table', { table: '' }],
    ['table', { table: 'a\0b' }],
    ['table', { table: 'a\ud800' }],
    ['table', { table: 'n'.repeat(64) }],
    ['table', { table: 'ä'.repeat(32) }],
    ['table', { table: 1 }],
    ['schema', { schema: '' }],
    ['schema', { schema: 'n'.repeat(64) }],
    ['migrate', { migrate: 'yes' }],
    ['prepare', { prepare: 0 }],
    ['cache', { cache: 1 }],
    ['statementTimeout', { statementTimeout: 0 }],
    ['statementTimeout', { statementTimeout: '5' }],
    ['connectionTimeout', { connectionTimeout: -1 }],
    ['connectionTimeout', { connectionTimeout: Number.NaN }],
    ['idleTimeout', { idleTimeout: 0 }],
    ['absoluteTimeout', { absoluteTimeout: 1.5 }],
    ['now', { now: 5 }],
  ])('refuses a wrong %s at once, and gives no secret away: %o', async (option, wrong) => {
    const given =
      option === 'connectionString' || option === 'pool' ? wrong : { connectionString: url, ...wrong };
    const error = await startSession(given as never).catch((reason) => reason);
    expect(error).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`[@store/postgres] ${option} must be`),
    });
    expect(error.cause).toBeUndefined();
    expect(error.message).not.toContain('secret');
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

  it.each([
    ['conString', 'use connectionString'],
    ['conObject', 'use connectionString'],
    ['tableName', 'use table'],
    ['schemaName', 'use schema'],
    ['createTableIfMissing', 'use migrate'],
    ['pruneSessionInterval', 'gcProbability'],
    ['ttl', 'use idleTimeout'],
    ['ssl', 'write it into connectionString'],
    ['tabel', 'did you mean table'],
    ['secret', 'needs no secret'],
  ])('refuses the option %s before it opens anything, and says what to use', async (option, wayOut) => {
    const unreachable = 'postgres://127.0.0.1:1/x';
    await expect(
      startSession({ connectionString: unreachable, [option]: 'a value' } as never),
    ).rejects.toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining(wayOut) });
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
