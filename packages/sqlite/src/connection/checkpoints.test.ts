import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import type { StoreEvent } from '@store/core';
import { createReport } from '@store/core/driver';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sessionRecord } from '../../test/session-record.ts';
import { temporaryDatabase } from '../../test/temporary-database.ts';
import { migrateToLatest } from '../schema/migrate.ts';
import { createSqliteStorage } from '../sqlite-storage.ts';
import { startSession } from '../start-session.ts';
import { createCheckpoints } from './checkpoints.ts';
import { openDatabase } from './open-database.ts';

vi.mock('node:worker_threads', { spy: true });

/** Opens a storage backend as `startSession` does for a path; also returns its events and the log's page limit. */
function open() {
  const path = temporaryDatabase();
  const events: StoreEvent[] = [];
  const connection = openDatabase(
    path,
    createReport('test', (event) => events.push(event)),
  );
  onTestFinished(async () => {
    if (connection.database.open) await connection.close();
  });
  connection.configure();
  migrateToLatest(connection.database, 'sessions');
  const storage = createSqliteStorage(connection, 'sessions', 5);
  let count = 0;
  return {
    path,
    events,
    connection,
    storage,
    /** Saves this many new sessions in one commit: a few hundred pages. */
    async insert(many: number) {
      await Promise.all(
        Array.from({ length: many }, () => storage.insert(sessionRecord(`session ${count++}`), Date.now())),
      );
    },
    longestLog: () => limitOf(connection.database),
  };
}

function limitOf(database: { prepare(sql: string): { get(): unknown } }): unknown {
  return (database.prepare('pragma wal_autocheckpoint').get() as { wal_autocheckpoint: number })
    .wal_autocheckpoint;
}

/** How much of the log has not been written back yet, according to a checkpoint that does no work. */
function pagesLeft(path: string): number {
  const database = new Database(path);
  const { log, checkpointed } = database.prepare('pragma wal_checkpoint(noop)').get() as {
    log: number;
    checkpointed: number;
  };
  database.close();
  return log - checkpointed;
}

describe('checkpoints of a database that the store opened', () => {
  it('run on a worker thread once many rows are written in a short time', async () => {
    const { path, insert, longestLog } = open();
    await insert(499);
    expect(longestLog()).toBe(1000);
    expect(pagesLeft(path)).toBeGreaterThan(0);
    await insert(1);
    await expect.poll(longestLog).toBe(4000);
    await expect.poll(() => pagesLeft(path)).toBe(0);
    await insert(500);
    await expect.poll(() => pagesLeft(path)).toBe(0);
  });

  it('do not need a thread when the same number of rows is written over a longer time', () => {
    let now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    onTestFinished(() => void vi.restoreAllMocks());
    const checkpoints = createCheckpoints(new Database(':memory:'), temporaryDatabase(), () => {});
    vi.mocked(Worker).mockClear();
    for (let round = 0; round < 5; round++) {
      now += 10_001;
      checkpoints.committed(500);
    }
    expect(Worker).not.toHaveBeenCalled();
    checkpoints.committed(500);
    expect(Worker).toHaveBeenCalledOnce();
  });

  it('are done by commits when the thread cannot run, and an event reports that', async () => {
    const database = new Database(temporaryDatabase());
    onTestFinished(() => void database.close());
    const events: StoreEvent[] = [];
    const report = createReport('test', (event) => events.push(event));
    const checkpoints = createCheckpoints(database, `${temporaryDatabase()}/missing`, report);
    checkpoints.committed(500);
    await expect
      .poll(() => events)
      .toEqual([
        { store: 'test', type: 'checkpoint-thread-failed', reason: expect.stringContaining('directory') },
      ]);
    checkpoints.committed(500);
    checkpoints.collecting(true);
    expect(limitOf(database)).toBe(100);
    checkpoints.collecting(false);
    expect(limitOf(database)).toBe(1000);
    await checkpoints.end();
    expect(events).toHaveLength(1);
  });

  it('do not become more frequent during garbage collection while the thread is running', async () => {
    const { connection, insert, longestLog } = open();
    await insert(500);
    await expect.poll(longestLog).toBe(4000);
    connection.checkpoints?.collecting(true);
    expect(longestLog()).toBe(4000);
    connection.checkpoints?.collecting(false);
    expect(longestLog()).toBe(4000);
  });

  it('make garbage collection wait, so that the log stays short', async () => {
    const { path, storage, insert, longestLog } = open();
    await insert(500);
    await expect.poll(longestLog).toBe(4000);
    await expect.poll(() => pagesLeft(path)).toBe(0);
    const later = sessionRecord('later').expiresAt + 1;
    expect(await storage.deleteExpired(later, 500)).toBe(500);
    expect(pagesLeft(path)).toBe(0);
  });

  it('are done by commits again once the thread has exited, and garbage collection does not wait for the thread', async () => {
    const { events, storage, insert, longestLog } = open();
    vi.mocked(Worker).mockClear();
    await insert(500);
    const [thread] = vi.mocked(Worker).mock.instances;
    await thread?.terminate();
    await expect.poll(() => events.map(({ type }) => type)).toEqual(['checkpoint-thread-failed']);
    expect(longestLog()).toBe(1000);
    expect(await storage.deleteExpired(sessionRecord('later').expiresAt + 1, 500)).toBe(500);
  });

  it('leave no log behind after close(), whatever the thread is doing', async () => {
    for (const settle of [async () => {}, () => new Promise((resolve) => setTimeout(resolve, 100))]) {
      const path = temporaryDatabase();
      const store = await startSession({ database: path, cache: false });
      const ids = Array.from({ length: 1200 }, (_, n) => `${'i'.repeat(40)}${n}`);
      await Promise.all(ids.map((id) => store.save(id, { n: 1 }, {})));
      await settle();
      await store.close();
      expect(existsSync(`${path}-wal`)).toBe(false);
      expect(statSync(path).size).toBeGreaterThan(100_000);
    }
  });

  it('let a process that has not closed its store exit', async () => {
    const path = temporaryDatabase();
    const fixture = join(import.meta.dirname, '../../test', 'save-many.ts');
    const child = spawn(process.execPath, [fixture, path, '3000'], { stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect([errors, code]).toEqual(['', 0]);
    const database = new Database(path);
    expect(database.prepare('select count(*) from sessions').pluck().get()).toBe(3000);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
  });

  const anyPayload = { start: '', end: '' };

  it('let the log shrink once a long read transaction has ended', async () => {
    const { path, connection, storage } = open();
    const save = async (many: number, length: number) => {
      for (let n = 0; n < many; n += 50) {
        const records = Array.from({ length: 50 }, (_, m) =>
          sessionRecord(`big ${n + m}`, { payload: 'x'.repeat(length), version: n + length }),
        );
        await Promise.all(records.map((record) => storage.save?.(record, 0, anyPayload)));
      }
    };
    const reader = new Database(path);
    onTestFinished(() => void reader.close());
    reader.exec('begin; select count(*) from sessions');
    await save(500, 60_000);
    const peak = statSync(`${path}-wal`).size;
    expect(peak).toBeGreaterThan(24 * 1024 * 1024);
    reader.exec('commit');
    connection.database.exec('pragma wal_checkpoint(passive)');
    await save(50, 10);
    expect(statSync(`${path}-wal`).size).toBeLessThanOrEqual(16 * 1024 * 1024);
  });
});
