import { type Compilable, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { type SessionsDatabase, sqlWriter } from './sessions-table.ts';
import { type TableLocation, withTableNames } from './table-names.ts';

type Step = Compilable & { execute(): Promise<unknown> };

/**
 * Every change to the schema, by the name it is recorded under: sorted, and never altered once released.
 *
 * With an index on `expires_at`, no update could be HOT (stay within its page), and each save would write every index. With `gc_at`
 * indexed instead, nearly all updates are HOT; with a tenth of each page left free, all are, in a table no larger.
 *
 * The index of subjects leaves out sessions without one.
 */
const changes: Record<string, (db: Kysely<SessionsDatabase>) => Step[]> = {
  '0001_sessions': (db) => [
    db.schema
      .createTable('sessions')
      .ifNotExists()
      // "C" orders by bytes: the same on every server, and no index to rebuild when a locale changes.
      .addColumn('key', sql`text collate "C"`, (column) => column.primaryKey().notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('gc_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('idle_timeout', 'integer')
      .addColumn('subject', sql`text collate "C"`)
      .addColumn('payload', 'text', (column) => column.notNull())
      .modifyEnd(sql`with (fillfactor = 90)`),
    db.schema.createIndex('sessions_gc_at').ifNotExists().on('sessions').column('gc_at'),
    db.schema
      .createIndex('sessions_subject')
      .ifNotExists()
      .on('sessions')
      .column('subject')
      .where('subject', 'is not', null),
  ],
};

/**
 * The schema as Kysely migrations, for an application that runs all migrations itself and starts with `migrate: false`.
 *
 * @param table The `table` passed to `startSession`. Default: `sessions`.
 * @param schema The `schema` passed to `startSession`; it must exist. Default: the first schema in the search path.
 * @returns Migrations by name, to merge with the application's own.
 * @example
 * import { migrations, startSession } from '@store/postgres';
 * import { Kysely, PostgresDialect } from 'kysely';
 * import { Migrator } from 'kysely/migration';
 * import pg from 'pg';
 *
 * const pool = new pg.Pool({ connectionString: 'postgres://localhost/shop' });
 * const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
 * const provider = { getMigrations: async () => ({ ...migrations('sessions') }) }; // add your own migrations
 * await new Migrator({ db, provider }).migrateToLatest();
 * await startSession({ pool, migrate: false });
 */
export function migrations(table = 'sessions', schema?: string): Record<string, Migration> {
  const plugin = withTableNames({ table, schema });
  return Object.fromEntries(
    Object.entries(changes).map(([name, steps]) => [
      name,
      {
        async up(db: Kysely<SessionsDatabase>) {
          for (const step of steps(db.withPlugin(plugin))) await step.execute();
        },
      },
    ]),
  );
}

/** The statements of each migration, and those that record it as done. */
export function migrationSql(location: TableLocation): { name: string; statements: string[] }[] {
  const db = sqlWriter(location);
  return Object.entries(changes).map(([name, steps]) => {
    const done = db
      .insertInto('sessions_migration')
      .values({
        name: sql.lit(name),
        timestamp: sql<string>`to_char(current_timestamp at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
      })
      .onConflict((conflict) => conflict.doNothing());
    return { name, statements: [...steps(db), done].map(text) };
  });
}

/** The bookkeeping tables that Kysely's migrator would create, under different names: the application may have its own. */
export function bookkeepingSql(location: TableLocation): string[] {
  const { schema } = sqlWriter(location);
  return [
    schema
      .createTable('sessions_migration')
      .ifNotExists()
      .addColumn('name', 'varchar(255)', (column) => column.notNull().primaryKey())
      .addColumn('timestamp', 'varchar(255)', (column) => column.notNull()),
    schema
      .createTable('sessions_migration_lock')
      .ifNotExists()
      .addColumn('id', 'varchar(255)', (column) => column.notNull().primaryKey())
      .addColumn('is_locked', 'integer', (column) => column.notNull().defaultTo(0)),
  ].map(text);
}

/** Creates the schema, if one is named. This requires the right to create schemas, even if the schema exists. */
export function createSchemaSql(location: TableLocation): string[] {
  if (location.schema === undefined) return [];
  const { schema } = sqlWriter(location).withoutPlugins();
  return [text(schema.createSchema(location.schema).ifNotExists())];
}

/**
 * The schema as plain SQL, for `psql` or any other tool. Running it again changes nothing.
 *
 * @param table The `table` passed to `startSession`. Default: `sessions`.
 * @param schema The `schema` passed to `startSession`. Default: the first schema in the search path.
 * @example
 * import { schemaSql, startSession } from '@store/postgres';
 * import pg from 'pg';
 *
 * const pool = new pg.Pool({ connectionString: 'postgres://localhost/shop' });
 * await pool.query(schemaSql('shop_sessions'));
 * await startSession({ pool, table: 'shop_sessions', migrate: false });
 */
export function schemaSql(table = 'sessions', schema?: string): string {
  const location = { table, schema };
  const statements = [
    ...createSchemaSql(location),
    ...bookkeepingSql(location),
    ...migrationSql(location).flatMap((migration) => migration.statements),
  ];
  return `begin;\n${statements.map((statement) => `${statement};\n`).join('')}commit;\n`;
}

function text(step: Compilable): string {
  return step.compile().sql;
}
