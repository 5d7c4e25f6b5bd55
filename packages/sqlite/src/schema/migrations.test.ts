import { createSessionId } from '@store/core';
import Database from 'better-sqlite3';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDatabase } from '../../test/temporary-database.ts';
import { type SqliteSessionOptions, startSession } from '../start-session.ts';
import { migrations, schemaSql } from './migrations.ts';

function openDatabase() {
  const database = new Database(temporaryDatabase());
  onTestFinished(() => {
    database.close();
  });
  return database;
}

const start = (options: SqliteSessionOptions) => startSession({ cache: false, ...options });
const tables = (database: Database.Database) =>
  database.prepare("select name from sqlite_schema where type = 'table' order by name").pluck().all();
const schemaVersion = (database: Database.Database) => database.pragma('schema_version', { simple: true });
const id = createSessionId();

const applicationMigrations: Record<string, Migration> = {
  '2020_notes': { up: (db) => db.schema.createTable('notes').addColumn('text', 'text').execute() },
  '2021_stars': { up: (db) => db.schema.alterTable('notes').addColumn('stars', 'integer').execute() },
};

function migrateApplication(database: Database.Database, own: Record<string, Migration>) {
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
  return new Migrator({ db, provider: { getMigrations: async () => own } }).migrateToLatest();
}

describe('startSession with migrate: true', () => {
  it('creates the table once, and does not change a current schema', async () => {
    const database = openDatabase();
    await start({ database });
    const version = schemaVersion(database);
    await start({ database });
    expect(schemaVersion(database)).toBe(version);
    expect(tables(database)).toEqual(['sessions', 'sessions_migration', 'sessions_migration_lock']);
  });

  it.each(['sessions', 'Web sessions'])(
    'creates %j again when it was dropped but its bookkeeping was not',
    async (table) => {
      const database = openDatabase();
      await start({ database, table });
      database.exec(`drop table "${table}"`);
      const store = await start({ database, table });
      await store.save(id, { n: 1 }, {}, { subject: 'ada' });
      expect((await store.list('ada')).map(({ data }) => data)).toEqual([{ n: 1 }]);
      const indexes = database.prepare(
        "select count(*) from sqlite_schema where type = 'index' and sql is not null",
      );
      expect(indexes.pluck().get()).toBe(2);
      expect(database.prepare(`select name from "${table}_migration"`).pluck().all()).toEqual([
        '0001_sessions',
      ]);
    },
  );

  it("does not interfere with an application's Kysely migrations, before or after", async () => {
    const database = openDatabase();
    const { '2020_notes': first, ...later } = applicationMigrations;
    expect((await migrateApplication(database, { '2020_notes': first as Migration })).error).toBeUndefined();
    const store = await start({ database });
    await store.save(id, { n: 1 }, {});
    const { error, results } = await migrateApplication(database, {
      '2020_notes': first as Migration,
      ...later,
    });
    expect(error).toBeUndefined();
    expect(results?.map(({ migrationName }) => migrationName)).toEqual(['2021_stars']);
    await start({ database });
    expect(await store.load(id)).toMatchObject({ data: { n: 1 } });
    expect(database.prepare('select name from sessions_migration').pluck().all()).toEqual(['0001_sessions']);
  });

  it('leaves migrations recorded by a newer version untouched', async () => {
    const database = openDatabase();
    await start({ database });
    database.exec("insert into sessions_migration values ('9999_future', '2099-01-01T00:00:00.000Z')");
    await expect(start({ database })).resolves.toBeDefined();
  });

  it("refuses another application's table of that name, without changing anything", async () => {
    const database = openDatabase();
    database.exec('create table sessions (sid text primary key, sess text, expired integer)');
    await expect(start({ database })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('choose another table name'),
      cause: expect.objectContaining({ code: 'SQLITE_ERROR' }),
    });
    expect(tables(database)).toEqual(['sessions']);
    expect(database.inTransaction).toBe(false);
    await expect(start({ database, table: 'web_sessions' })).resolves.toBeDefined();
  });

  it.each([
    'Sessions "of" today',
    'a.b',
    'a as b',
    '"; drop table notes; --',
    "it's",
    'group',
    '__proto__',
    'naïve 会話',
    'x'.repeat(200),
    '会'.repeat(40),
  ])('keeps two tables apart, one of them named %s', async (table) => {
    const database = openDatabase();
    database.exec('create table notes (text)');
    const usual = await start({ database });
    const unusual = await start({ database, table });
    await unusual.save(id, { here: true }, {}, { subject: 'ann' });
    expect(await usual.load(id)).toMatchObject({ exists: false });
    expect(await unusual.update(id, (content) => content, { subject: 'bob' })).toBe(true);
    expect(await unusual.list('bob')).toHaveLength(1);
    expect(tables(database)).toEqual(expect.arrayContaining(['notes', 'sessions', table]));
    const quoted = `"${table.replaceAll('"', '""')}"`;
    expect(database.prepare(`select count(*) from ${quoted}`).pluck().get()).toBe(1);

    const version = schemaVersion(database);
    await start({ database, table });
    expect(schemaVersion(database)).toBe(version);
  });

  it.each(['sessions_gc_at', 'sessions_subject', 'sessions_migration'])(
    'accepts %s, a name that it derives from the default table, as a table name',
    async (table) => {
      const database = openDatabase();
      const store = await start({ database, table });
      await store.save(id, { n: 1 }, {});
      expect(await store.update(id, (content) => content, { newId: createSessionId() })).toBe(true);
      expect(tables(database)).toEqual([table, `${table}_migration`, `${table}_migration_lock`]);
    },
  );

  it('adds a hash to the end of derived names that would exceed 63 bytes', async () => {
    const database = openDatabase();
    const [first, second] = ['x'.repeat(80), `${'x'.repeat(79)}y`];
    await start({ database, table: first });
    await start({ database, table: second as string });
    const derived = (tables(database) as string[]).filter((name) => name !== first && name !== second);
    expect(derived).toHaveLength(4);
    for (const name of derived) {
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
      expect(name).toMatch(/^x+_[0-9a-f]{16}$/);
    }
  });
});

describe('startSession with migrate: false', () => {
  it('says what to run when the table is missing, and starts once that is done', async () => {
    const database = openDatabase();
    await expect(start({ database, migrate: false })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('schemaSql()'),
    });
    expect(tables(database)).toEqual([]);
    database.exec(schemaSql());
    await expect(start({ database, migrate: false })).resolves.toBeDefined();
  });
});

describe('schemaSql', () => {
  it('creates the same schema as startSession, and can be run twice', async () => {
    const [byText, byStart] = [openDatabase(), openDatabase()];
    byText.exec(schemaSql('s'));
    byText.exec(schemaSql('s'));
    await start({ database: byStart, table: 's' });
    const schema = 'select type, name, sql from sqlite_schema order by name';
    expect(byText.prepare(schema).all()).toEqual(byStart.prepare(schema).all());

    const version = schemaVersion(byText);
    await start({ database: byText, table: 's' });
    expect(schemaVersion(byText)).toBe(version);
  });
});

describe('migrations', () => {
  it("run together with an application's migrations in Kysely's migrator", async () => {
    const database = openDatabase();
    const { error } = await migrateApplication(database, { ...applicationMigrations, ...migrations('s') });
    expect(error).toBeUndefined();
    const store = await start({ database, table: 's', migrate: false });
    await store.save(id, { n: 1 }, {});
    expect(await store.load(id)).toMatchObject({ exists: true });
  });

  it('are recorded as Kysely would record them, so that its migrator can take over', async () => {
    const database = openDatabase();
    await start({ database });
    const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => migrations() },
      migrationTableName: 'sessions_migration',
      migrationLockTableName: 'sessions_migration_lock',
    });
    expect(await migrator.migrateToLatest()).toEqual({ results: [] });
    const [row] = (await sql<{ timestamp: string }>`select timestamp from sessions_migration`.execute(db))
      .rows;
    expect(new Date(row?.timestamp ?? '').toISOString()).toBe(row?.timestamp);
  });
});
