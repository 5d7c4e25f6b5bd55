import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionStore } from '@store/core';
import Database from 'better-sqlite3';
import { createApp } from '../app.ts';
import { openSqlite } from '../backends/sqlite.ts';

/** A row of the table. */
export interface Row {
  key: string;
  version: number;
  created_at: number;
  expires_at: number;
  subject: string | null;
  payload: string;
}

export interface DemoServer {
  origin: string;
  store: SessionStore;
  /** Moves the clock of the store. */
  advance(seconds: number): void;
  /** Every row of the table, oldest first. */
  rows(): Row[];
  close(): Promise<void>;
}

/** The demo on a free port, with a separate database file and a clock that tests can move. */
export async function startDemo(): Promise<DemoServer> {
  const directory = await mkdtemp(join(tmpdir(), 'store-demo-'));
  let ahead = 0;
  const backend = await openSqlite({ directory, idleTimeout: 900, now: () => Date.now() + ahead });
  const server = createServer(createApp(backend)).listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const database = new Database(join(directory, 'sessions.db'), { readonly: true });

  return {
    store: backend.store,
    origin: `http://localhost:${port}`,
    advance(seconds) {
      ahead += seconds * 1000;
    },
    // For a minute, a replaced id leaves behind a mark, which is not a session.
    rows: () =>
      database
        .prepare('select * from sessions where idle_timeout is not 0 order by created_at, rowid')
        .all() as Row[],
    async close() {
      server.closeAllConnections();
      server.close();
      database.close();
      await backend.close();
      await rm(directory, { recursive: true });
    },
  };
}
