import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { makeTable, migrateAll } from '../test/examples/own-migrations.ts';
import { temporaryDatabase } from '../test/temporary-database.ts';
import { startSession } from './start-session.ts';

const example = join(import.meta.dirname, '..', 'test', 'examples', 'visit-counter.ts');

it('counts visits in the README example, and stops on SIGTERM', async () => {
  const server = spawn(process.execPath, [example], {
    env: { ...process.env, PORT: '0', DATABASE: temporaryDatabase() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    server.kill('SIGKILL');
  });
  const [listening] = await once(server.stdout, 'data');
  const url = `http://localhost:${/port: (\d+)/.exec(String(listening))?.[1]}`;
  const visit = (headers: Record<string, string> = {}) => fetch(url, { headers });
  const first = await visit();
  expect(await first.text()).toBe('visits before this one: 0\n');
  const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  expect(await (await visit({ cookie })).text()).toBe('visits before this one: 1\n');
  expect(await (await visit({ cookie })).text()).toBe('visits before this one: 2\n');
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});

it('starts with migrate: false on a table created by either of the README migrations', async () => {
  for (const make of [makeTable, (database: Database.Database) => migrateAll(database, {})]) {
    const database = new Database(temporaryDatabase());
    await make(database);
    const store = await startSession({ database, migrate: false, cache: false });
    expect(await store.gc()).toBe(0);
    database.close();
  }
});
