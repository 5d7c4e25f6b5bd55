import type { DriverModule } from '@store/conformance';
import { startSession } from '@store/postgres';
import pg from 'pg';
import { openPool } from '../src/connection/open-pool.ts';
import { createPostgresStorage } from '../src/postgres-storage.ts';
import { migrateToLatest } from '../src/schema/migrate.ts';

/** The URL of this run's server. It comes from the environment, which a case's other processes inherit. */
const connectionString = process.env.POSTGRES_URL ?? '';
if (connectionString === '') throw new Error('POSTGRES_URL must say which server to use.');

/** Runs SQL outside the store, in the schema of this place. */
async function query(schema: string, text: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(`set search_path to ${pg.escapeIdentifier(schema)}`);
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

export const capabilities: DriverModule['capabilities'] = {
  subjects: true,
  savesInOneStep: true,
  sharedBetweenProcesses: true,
};

export const start: DriverModule['start'] = (options, { namespace }) =>
  startSession({ ...options, connectionString, schema: namespace });

export const openStorage: DriverModule['openStorage'] = async ({ namespace }) => {
  const settings = { statementTimeout: 20_000, connectionTimeout: 20_000, prepare: true };
  const connection = openPool(connectionString, 10, settings);
  const location = { table: 'sessions', schema: namespace };
  await migrateToLatest(connection, location);
  return createPostgresStorage(connection, location, true);
};

export const dump: DriverModule['dump'] = async ({ namespace }) =>
  JSON.stringify(await query(namespace, 'select * from sessions'));

export const peek: DriverModule['peek'] = async (key, { namespace }) => {
  const [row] = await query(namespace, 'select * from sessions where key = $1', [key]);
  return row && JSON.stringify(row);
};

export const breakBackend: DriverModule['breakBackend'] = async ({ namespace }) => {
  await query(namespace, 'alter table sessions rename to taken_away');
};

export const mendBackend: DriverModule['mendBackend'] = async ({ namespace }) => {
  await query(namespace, 'alter table taken_away rename to sessions');
};

export const cleanUp: DriverModule['cleanUp'] = async ({ namespace }) => {
  await query(namespace, `drop schema if exists ${pg.escapeIdentifier(namespace)} cascade`);
};
