import { createSessionId } from '@store/core';
import { Kysely, PostgresDialect } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshPool, freshSchema, query, url } from '../../test/fresh-schema.ts';
import { type PostgresSessionOptions, startSession } from '../start-session.ts';
import { migrations, schemaSql } from './migrations.ts';

async function start(options: PostgresSessionOptions) {
  const store = await startSession({ connectionString: url, cache: false, ...options });
  onTestFinished(() => store.close());
  return store;
}

const relations = async (schema: string) =>
  (
    await query(
      'select relname from pg_class where relnamespace = $1::regnamespace order by relname collate "C"',
      [pg.escapeIdentifier(schema)],
    )
  ).map(({ relname }) => relname);

const id = createSessionId();

/** The connection string of a role that may log in and do nothing else. */
async function freshRole(): Promise<{ role: string; connectionString: string }> {
  const role = `store_${createSessionId().slice(0, 12)}`;
  await query(`create role ${pg.escapeIdentifier(role)} login password 'secret'`);
  onTestFinished(async () => {
    await query(`drop owned by ${pg.escapeIdentifier(role)}`);
    await query(`drop role ${pg.escapeIdentifier(role)}`);
  });
  const address = new URL(url);
  address.username = role;
  address.password = 'secret';
  return { role: pg.escapeIdentifier(role), connectionString: address.href };
}

describe('the schema', () => {
  it('is the same whether created by startSession, by schemaSql or by the Kysely migrations', async () => {
    const schemas = [freshSchema(), freshSchema(), freshSchema()] as const;
    await start({ schema: schemas[0] });
    await query(schemaSql('sessions', schemas[1]));
    await query(schemaSql('sessions', schemas[1]));
    await query(`create schema ${pg.escapeIdentifier(schemas[2])}`);
    await migrateWithKysely(migrations('sessions', schemas[2]), schemas[2]);
    const columns = `select table_name, column_name, data_type, collation_name, is_nullable, column_default
      from information_schema.columns where table_schema = $1 and table_name = 'sessions' order by ordinal_position`;
    const indexes = `select replace(indexdef, quote_ident(schemaname), '') as definition from pg_indexes
      where schemaname = $1 and tablename = 'sessions' order by indexname`;
    for (const sql of [columns, indexes]) {
      const [first, ...others] = await Promise.all(schemas.map((schema) => query(sql, [schema])));
      expect(first?.length).toBeGreaterThan(2);
      for (const other of others) expect(other).toEqual(first);
    }
    for (const schema of schemas) {
      const store = await start({ schema, migrate: false });
      await store.save(id, { n: 1 }, {});
      expect(await store.load(id)).toMatchObject({ data: { n: 1 } });
    }
  });

  it.each([
    'sessions',
    'select',
    '"',
    'a.b',
    'x"; drop table victims; --',
    "o'brien",
    'Ünïcode 🦶',
    '$1',
    'constructor',
    'ä'.repeat(31),
    'n'.repeat(63),
  ])('accepts any table name and any schema name, such as %s', async (name) => {
    const schema = freshSchema();
    await start({ schema, table: 'victims' });
    for (const [table, inSchema] of [
      [name, schema],
      ['sessions', name],
    ] as const) {
      if (inSchema !== schema) {
        onTestFinished(() => query(`drop schema ${pg.escapeIdentifier(name)} cascade`).then(() => {}));
      }
      const store = await start({ schema: inSchema, table });
      const ids = Array.from({ length: 3 }, () => createSessionId());
      await Promise.all(ids.map((each) => store.save(each, { each }, {}, { subject: name })));
      await Promise.all(ids.map((each) => store.update(each, (content) => content)));
      await Promise.all(ids.map((each) => store.touch(each)));
      expect(await store.gc()).toBe(0);
      expect(await store.list(name)).toHaveLength(3);
      expect(await store.destroyAll(name)).toBe(3);
    }
    expect(await relations(schema)).toContain('victims');
  });

  it('can be installed several times in one PostgreSQL schema, under different names', async () => {
    const schema = freshSchema();
    const tables = ['sessions', 'admin_sessions', `${'n'.repeat(62)}1`, `${'n'.repeat(62)}2`];
    const stores = [];
    for (const table of tables) stores.push(await start({ schema, table }));
    await stores[0]?.save(id, {}, {});
    expect(await Promise.all(stores.map(async (store) => (await store.load(id)).exists))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect((await relations(schema)).filter((name) => tables.includes(name))).toHaveLength(4);
  });

  it("does not disturb an application's own Kysely migrations in the same schema", async () => {
    const schema = freshSchema();
    await query(`create schema ${pg.escapeIdentifier(schema)}`);
    const own = (name: string): Record<string, Migration> => ({
      [name]: {
        up: (db) => db.schema.withSchema(schema).createTable(name).addColumn('n', 'integer').execute(),
      },
    });
    await migrateWithKysely(own('001_before'), schema);
    const store = await start({ schema });
    await migrateWithKysely({ ...own('001_before'), ...own('002_after') }, schema);
    await start({ schema });
    await store.save(id, {}, {});
    expect(await relations(schema)).toEqual(expect.arrayContaining(['001_before', '002_after', 'sessions']));
  });

  it('is adopted when the application created it with its own migrator', async () => {
    const schema = freshSchema();
    await query(`create schema ${pg.escapeIdentifier(schema)}`);
    await migrateWithKysely(migrations('sessions', schema), schema);
    const store = await start({ schema });
    await store.save(id, {}, {});
    expect((await store.load(id)).exists).toBe(true);
  });
});

describe('startup', () => {
  it('issues no DDL when the schema is current, so a role needs only the rights from the README', async () => {
    const schema = freshSchema();
    await start({ schema });
    const { role, connectionString } = await freshRole();
    const quoted = pg.escapeIdentifier(schema);
    await query(`grant usage on schema ${quoted} to ${role}`);
    await query(`grant select, insert, update, delete on ${quoted}.sessions to ${role}`);
    await query(`grant select on ${quoted}.sessions_migration to ${role}`);
    for (const migrate of [true, false]) {
      const store = await start({ schema, connectionString, migrate });
      const own = createSessionId();
      await store.save(own, { n: 1 }, {}, { subject: 'ann' });
      await store.update(own, (content) => content, { newId: createSessionId() });
      expect(await store.destroyAll('ann')).toBe(1);
      expect(await store.gc()).toBe(0);
    }
  });

  it.each([true, false])(
    'with migrate: %s and no right to create the table says which SQL to run, and succeeds once it has been run',
    async (migrate) => {
      const schema = freshSchema();
      const { role, connectionString } = await freshRole();
      const starting = startSession({ schema, connectionString, migrate, cache: false });
      const error = await starting.catch((reason) => reason);
      expect(error).toMatchObject({
        code: 'UNAVAILABLE',
        cause: expect.objectContaining({ code: expect.stringMatching(/^42/) }),
      });
      const statements = String(error.message).slice(String(error.message).indexOf('begin;'));
      expect(statements).toBe(schemaSql('sessions', schema));
      await query(statements);
      await query(`grant usage on schema ${pg.escapeIdentifier(schema)} to ${role}`);
      await query(`grant all on all tables in schema ${pg.escapeIdentifier(schema)} to ${role}`);
      const store = await start({ schema, connectionString, migrate });
      await store.save(id, {}, {});
    },
  );

  it('can be retried after a failure, in the same process and with the same pool', async () => {
    const schema = freshSchema();
    const pool = freshPool();
    await query(
      `create schema ${pg.escapeIdentifier(schema)}; create table ${pg.escapeIdentifier(schema)}.sessions (key text)`,
    );
    await expect(startSession({ pool, schema, cache: false })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('is missing, out of date or not a table of this package'),
    });
    expect(await relations(schema)).toEqual(['sessions']);
    await query(`drop table ${pg.escapeIdentifier(schema)}.sessions`);
    const store = await startSession({ pool, schema, cache: false });
    await store.save(id, {}, {});
    await store.close();
  });

  it('recreates a table that was dropped or left out of a dump, even in many processes', async () => {
    const schema = freshSchema();
    await start({ schema });
    const before = await relations(schema);
    for (let round = 0; round < 3; round += 1) {
      await query(`drop table ${pg.escapeIdentifier(schema)}.sessions`);
      const stores = await Promise.all(Array.from({ length: 8 }, () => start({ schema })));
      await stores[round]?.save(id, {}, {});
      expect(await relations(schema)).toEqual(before);
    }
    await query(`drop table ${pg.escapeIdentifier(schema)}.sessions`);
    await expect(start({ schema, migrate: false })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('Start once with migrate: true'),
    });
  });

  it('with a version that has fewer migrations than are recorded leaves the others alone', async () => {
    const schema = freshSchema();
    await start({ schema });
    await query(
      `insert into ${pg.escapeIdentifier(schema)}.sessions_migration values ('9999_later', 'then')`,
    );
    const store = await start({ schema });
    await store.save(id, {}, {});
  });
});

async function migrateWithKysely(all: Record<string, Migration>, schema: string): Promise<void> {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: freshPool() }) });
  const provider = { getMigrations: async () => all };
  const { error } = await new Migrator({ db, provider, migrationTableSchema: schema }).migrateToLatest();
  if (error) throw error;
}
