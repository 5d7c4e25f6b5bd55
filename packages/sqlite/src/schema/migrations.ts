import { type Compilable, type CompiledQuery, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { type SessionsDatabase, sqlWriter } from './sessions-table.ts';
import { tableNames, withTableNames } from './table-names.ts';

type Step = Compilable & { execute(): Promise<unknown> };

/** Every schema change so far, keyed by the name it is recorded under: sorted, and never edited once released. */
const changes: Record<string, (db: Kysely<SessionsDatabase>) => Step[]> = {
  '0001_sessions': (db) => [
    db.schema
      .createTable('sessions')
      .ifNotExists()
      .addColumn('key', 'text', (column) => column.primaryKey().notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('gc_at', 'integer', (column) => column.notNull())
      .addColumn('expires_at', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'integer', (column) => column.notNull())
      .addColumn('idle_timeout', 'integer')
      .addColumn('subject', 'text')
      // Last, because long content spills to overflow pages, which are then read only when this column is selected.
      .addColumn('payload', 'text', (column) => column.notNull())
      .modifyEnd(sql`strict`),
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
 * @param table The `table` option passed to `startSession`. Default: `sessions`.
 * @returns Migrations by name, to merge with the application's migrations.
 * @example
 * import { migrations } from '@store/sqlite';
 * import Database from 'better-sqlite3';
 * import { Kysely, SqliteDialect } from 'kysely';
 * import { Migrator } from 'kysely/migration';
 *
 * const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: new Database(':memory:') }) });
 * const provider = { getMigrations: async () => ({ ...migrations('sessions') }) }; // add your own migrations
 * const { results } = await new Migrator({ db, provider }).migrateToLatest();
 * console.log(results?.[0]?.status); // Success
 */
export function migrations(table = 'sessions'): Record<string, Migration> {
  const plugin = withTableNames(tableNames(table));
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

/** The statements of each migration, including the one that records it as done. */
export function migrationSql(table: string): { name: string; statements: string[] }[] {
  const db = sqlWriter(table);
  return Object.entries(changes).map(([name, steps]) => {
    const done = db.insertInto('sessions_migration').values({
      name: sql.lit(name),
      timestamp: sql<string>`strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`,
    });
    return { name, statements: [...steps(db), done.orIgnore()].map(text) };
  });
}

/** Kysely's two migration tables under names derived from `table`, since the application may be using Kysely's default names. */
export function bookkeepingSql(table: string): string[] {
  const { schema } = sqlWriter(table);
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

/**
 * The schema as plain SQL, for the `sqlite3` shell or any other tool. Running it again changes nothing.
 *
 * @param table The `table` option passed to `startSession`. Default: `sessions`.
 * @example
 * import { schemaSql, startSession } from '@store/sqlite';
 * import Database from 'better-sqlite3';
 *
 * const database = new Database(':memory:');
 * database.exec(schemaSql('shop_sessions'));
 * await startSession({ database, table: 'shop_sessions', migrate: false });
 */
export function schemaSql(table = 'sessions'): string {
  const statements = [
    ...bookkeepingSql(table),
    ...migrationSql(table).flatMap((migration) => migration.statements),
  ];
  return `begin immediate;\n${statements.map((statement) => `${statement};\n`).join('')}commit;\n`;
}

function text(step: Compilable): string {
  const { sql: statement }: CompiledQuery = step.compile();
  return statement;
}
