export { migrations, schemaSql } from './migrations.ts';
export type { PostgresClient, PostgresPool, PostgresQuery } from './postgres-pool.ts';
export { type PostgresSessionOptions, startSession } from './start-session.ts';
