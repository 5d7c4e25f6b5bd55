import { cacheStore, type SessionStore, type StartOptions } from '@store/core';
import {
  assertKnownOptions,
  createRecordStore,
  invalidOption,
  isStoreError,
  resolveTimeouts,
  StoreError,
} from '@store/core/driver';
import type { Connection, ConnectionSettings } from './connection/connection.ts';
import { assertConnectionString } from './connection/connection-string.ts';
import { borrowPool, openPool } from './connection/open-pool.ts';
import { isPostgresPool, type PostgresPool } from './connection/postgres-pool.ts';
import { causeCode, explained, unavailable } from './errors.ts';
import { createPostgresStorage } from './postgres-storage.ts';
import { assertUtf8, migrateToLatest, probeTable } from './schema/migrate.ts';
import { schemaSql } from './schema/migrations.ts';
import { createTableGuard } from './schema/table-guard.ts';
import { assertName, type TableLocation } from './schema/table-names.ts';

const name = '@store/postgres';

const knownOptions = (
  'connectionString pool poolSize table schema migrate prepare statementTimeout connectionTimeout ' +
  'idleTimeout absoluteTimeout maxBytes now onEvent cache'
).split(' ');

const inConnectionString = 'write it into connectionString, or pass a pool';
/** Options of connect-pg-simple and node-postgres, and their equivalents here. */
const hints = {
  conString: 'use connectionString',
  conObject: 'use connectionString, or pass a pool made with it',
  connection: 'use connectionString, or pass a pool made with it',
  url: 'use connectionString',
  client: 'use pool: a single client cannot serve several requests',
  pgPromise: 'use pool, with a node-postgres Pool',
  tableName: 'use table',
  schemaName: 'use schema',
  createTableIfMissing: 'use migrate, which is true unless you turn it off',
  ttl: 'use idleTimeout, in seconds',
  disableTouch: 'leave it out: see touchAfter of @store/session',
  pruneSessionInterval: 'leave it out: @store/session calls gc(); see its gcProbability',
  pruneSessionRandomizedInterval: 'leave it out: @store/session calls gc(); see its gcProbability',
  errorLog: 'use onEvent',
  connectionTimeoutMillis: 'use connectionTimeout, in seconds',
  statement_timeout: 'use statementTimeout, in seconds',
  query_timeout: 'use statementTimeout, in seconds',
  host: inConnectionString,
  port: inConnectionString,
  user: inConnectionString,
  password: inConnectionString,
  database: inConnectionString,
  ssl: inConnectionString,
  max: 'use poolSize',
};

/**
 * The options that {@link startSession} accepts in addition to those of every driver.
 *
 * @example
 * import { type PostgresSessionOptions, startSession } from '@store/postgres';
 *
 * const behindPgBouncer: PostgresSessionOptions = {
 *   connectionString: 'postgres://app@localhost:6432/shop',
 *   schema: 'web',
 *   prepare: false,
 * };
 * await startSession(behindPgBouncer);
 */
export interface PostgresSessionOptions extends StartOptions {
  /** Where the database is: `postgres://user:password@host:5432/database`. Pass this or `pool`. @default none */
  connectionString?: string;
  /** A node-postgres `Pool` of your own, which the store never ends. Pass this or `connectionString`. @default none */
  pool?: PostgresPool;
  /** The maximum number of open connections, if they are opened from `connectionString`. @default 10 */
  poolSize?: number;
  /** The table's name; any name of at most 63 bytes. @default 'sessions' */
  table?: string;
  /** The schema the table is in; any name of at most 63 bytes. @default the first schema in the connection's search path */
  schema?: string;
  /** Whether to create and update the table at startup. @default true */
  migrate?: boolean;
  /** Whether to use named prepared statements. Pass `false` behind a transaction pooler such as PgBouncer. @default true */
  prepare?: boolean;
  /** Seconds a statement may take, fractions allowed. @default 5 */
  statementTimeout?: number;
  /** Seconds to wait for a connection, new or from the pool, fractions allowed. @default 5 */
  connectionTimeout?: number;
}

/**
 * Keeps sessions in a PostgreSQL table, and caches the store unless `cache` is false.
 *
 * @returns The store. Its `close()` ends the connections if they were opened from a `connectionString`.
 * @throws {StoreError} `INVALID_OPTION` naming the option; `UNAVAILABLE` when the database cannot be reached in time, is not in
 * UTF-8 or lacks the table, or when the role may not create the table. A failure leaves nothing behind: the next call starts from scratch.
 * @example
 * import { createSessionId, load, save } from '@store/core';
 * import { startSession } from '@store/postgres';
 *
 * const connectionString = process.env.DATABASE_URL ?? 'postgres://localhost/shop';
 * await startSession({ connectionString, idleTimeout: 3600 });
 * const id = createSessionId();
 * await save(id, { user: 'Ada' }, {});
 * console.log((await load(id)).data.user); // Ada
 */
export async function startSession(options: PostgresSessionOptions): Promise<SessionStore> {
  assertKnownOptions(name, options, knownOptions, '', { hints });
  const {
    connectionString,
    pool,
    poolSize,
    table = 'sessions',
    schema,
    migrate = true,
    prepare = true,
    statementTimeout = 5,
    connectionTimeout = 5,
    cache = true,
    ...rest
  } = options ?? {};
  assertName(name, 'table', table);
  if (schema !== undefined) assertName(name, 'schema', schema);
  for (const [option, value] of Object.entries({ migrate, prepare, cache })) {
    if (typeof value !== 'boolean') throw invalidOption(name, option, 'true or false', value);
  }
  const settings = {
    statementTimeout: milliseconds('statementTimeout', statementTimeout),
    connectionTimeout: milliseconds('connectionTimeout', connectionTimeout),
    prepare,
  };
  resolveTimeouts(name, rest);

  const location = { table, schema };
  const connection = connectTo(connectionString, pool, poolSize, settings);
  try {
    await assertUtf8(connection);
    if (migrate) await migrateToLatest(connection, location);
    await probeTable(connection, location);
    await createTableGuard(connection.run, location).check();
  } catch (error) {
    await connection.close().catch(() => {});
    throw notStarted(error, location, prepare);
  }
  const store = createRecordStore(createPostgresStorage(connection, location, prepare), { ...rest, name });
  if (cache) cacheStore(store);
  return store;
}

function connectTo(
  connectionString: unknown,
  pool: unknown,
  poolSize: unknown,
  settings: ConnectionSettings,
): Connection {
  if (pool === undefined) {
    if (connectionString === undefined) {
      throw invalidOption(
        name,
        'connectionString',
        'a URL such as postgres://user@host/database, or pool given',
        undefined,
      );
    }
    assertConnectionString(connectionString);
    assertPoolSize(poolSize);
    try {
      return openPool(connectionString, poolSize ?? 10, settings);
    } catch {
      // Without its cause, which may quote the password.
      throw new StoreError(
        'INVALID_OPTION',
        `[${name}] connectionString must be one that node-postgres can read, and the files it names must exist.`,
      );
    }
  }
  if (poolSize !== undefined) {
    throw invalidOption(name, 'poolSize', 'left out: a pool of yours has its own size, max', poolSize);
  }
  if (connectionString === undefined && isPostgresPool(pool)) return borrowPool(pool, settings);
  throw invalidOption(name, 'pool', 'a node-postgres Pool, given without connectionString', pool);
}

function assertPoolSize(given: unknown): asserts given is number | undefined {
  if (given === undefined || (Number.isInteger(given) && (given as number) >= 1)) return;
  throw invalidOption(name, 'poolSize', 'a whole number of connections from 1', given);
}

function milliseconds(option: string, seconds: unknown): number {
  if (typeof seconds === 'number' && seconds >= 0.001 && seconds <= 3600) return Math.ceil(seconds * 1000);
  throw invalidOption(name, option, 'a number of seconds from 0.001 to 3600', seconds);
}

/** Explains why startup failed and which SQL fixes it, with the failure itself as the cause. */
function notStarted(error: unknown, { table, schema }: TableLocation, prepare: boolean): StoreError {
  const cause = (error as { cause?: unknown }).cause ?? error;
  switch (causeCode(cause)) {
    case '42P01':
    case '42703':
      return unavailable(
        `The table ${JSON.stringify(table)} is missing, out of date or not a table of this package. ` +
          `Start once with migrate: true, or run this SQL:\n${schemaSql(table, schema)}`,
        cause,
      );
    case '42501':
      return unavailable(
        `The role may not use or create the table ${JSON.stringify(table)}. Grant it the rights that the README lists; ` +
          `if the table does not exist, have a role that may create it run this SQL:\n${schemaSql(table, schema)}`,
        cause,
      );
  }
  const problem = explained(error, prepare);
  if (isStoreError(problem)) return problem;
  return unavailable(
    `The table ${JSON.stringify(table)} could not be created or checked. The cause says why; the README has the SQL to run by hand.`,
    problem,
  );
}
