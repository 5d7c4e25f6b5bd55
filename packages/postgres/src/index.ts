export type { PostgresClient, PostgresPool, PostgresQuery } from './connection/postgres-pool.ts';
export { migrations, schemaSql } from './schema/migrations.ts';
export { type PostgresSessionOptions, startSession } from './start-session.ts';
