export type { SqliteDatabase, SqliteStatement } from './connection/sqlite-database.ts';
export { migrations, schemaSql } from './schema/migrations.ts';
export { type SqliteSessionOptions, startSession } from './start-session.ts';
