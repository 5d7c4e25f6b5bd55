import { Socket } from 'node:net';
import pg from 'pg';
import { noConnection } from '../errors.ts';
import { type Connection, type ConnectionSettings, createConnection } from './connection.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { createTimeLimit } from './time-limit.ts';

/** An idle connection that breaks is replaced; without a listener, the event would end the process. */
const ignore = () => {};

/**
 * Opens a pool; connections are made on demand. Poolers reject `statement_timeout` as a startup parameter, so with
 * `prepare: false` only the client enforces the time limit.
 *
 * @throws When node-postgres cannot read the string; its error may quote the password.
 */
export function openPool(connectionString: string, max: number, settings: ConnectionSettings): Connection {
  const limit = createTimeLimit(settings.connectionTimeout);

  /** Opening is limited by our own timer, which leaves out the time this process was stalled; node-postgres's timer does not. */
  class Client extends pg.Client {
    #socket: Socket;

    constructor(config: pg.ClientConfig) {
      const socket = new Socket();
      super({ ...config, stream: () => socket });
      this.#socket = socket;
    }

    override connect(): Promise<pg.Client>;
    override connect(callback: (error: Error) => void): void;
    override connect(callback?: (error: Error) => void): Promise<pg.Client> | undefined {
      if (callback === undefined) return super.connect();
      const inTime = limit(() => this.#socket.destroy(noConnection()));
      super.connect((error: Error) => {
        inTime();
        callback(error);
      });
      return undefined;
    }
  }

  const options = {
    connectionString,
    max,
    keepAlive: true,
    allowExitOnIdle: true,
    ...(settings.prepare && { statement_timeout: settings.statementTimeout }),
  };
  new pg.Client(options);
  const pool = new pg.Pool({ ...options, Client: Client as unknown as new () => pg.ClientBase });
  // Never removed: a connection may break while it is being closed.
  pool.on('error', ignore);
  return createConnection(pool, settings, () => pool.end());
}

/** Uses the application's pool, and leaves it open on close. */
export function borrowPool(pool: PostgresPool, settings: ConnectionSettings): Connection {
  pool.on('error', ignore);
  return createConnection(pool, settings, async () => {
    pool.removeListener('error', ignore);
  });
}
