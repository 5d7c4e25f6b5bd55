export { migrations, schemaSql } from './migrations.ts';
export type { SqliteDatabase, SqliteStatement } from './sqlite-database.ts';
export { type SqliteSessionOptions, startSession } from './start-session.ts';
