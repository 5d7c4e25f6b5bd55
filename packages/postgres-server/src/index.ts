export { freePort } from './free-port.ts';
export { type PostgresServer, type StartOptions, startPostgres } from './start-postgres.ts';
