import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createSessionId, type SessionStore, type StoreEvent } from '@store/core';
import { startSession } from '@store/sqlite';
import Database from 'better-sqlite3';
import { expect, onTestFinished, vi } from 'vitest';

export const ids = Array.from({ length: 400 }, () => createSessionId());
export const [first = ''] = ids;
const padding = 'x'.repeat(300);

export async function start(path: string) {
  const events: string[] = [];
  const onEvent = ({ type }: StoreEvent) => events.push(type);
  const store = await startSession({ database: path, cache: false, onEvent });
  onTestFinished(() => store.close());
  return { store, events };
}

/** Saves the first `count` sessions, all with the same number. */
export async function fill(store: SessionStore, count: number, n: number) {
  await Promise.all(ids.slice(0, count).map((id) => store.save(id, { n, padding }, {})));
}

/** Ways to make a backup. */
export const backups: Record<string, (database: Database.Database, to: string) => unknown> = {
  'made with VACUUM INTO': (database, to) => database.exec(`vacuum into '${to}'`),
  'made with backup()': (database, to) => database.backup(to),
};

/** As the sqlite3 shell does: opens the database, works, and closes it. */
export async function withDatabase(path: string, work: (database: Database.Database) => unknown) {
  const database = new Database(path);
  await work(database);
  database.close();
}

/** Ways to put the backup in place while a store has the database open. */
export const restores: Record<string, (path: string, backup: string) => void> = {
  'moved over the file': (path, backup) => renameSync(backup, path),
  'moved to the path of the deleted file': (path, backup) => {
    remove(path, '');
    renameSync(backup, path);
  },
  'moved there, log deleted': (path, backup) => {
    remove(path, '', '-wal', '-shm');
    renameSync(backup, path);
  },
  'copied over the file': (path, backup) => writeFileSync(path, readFileSync(backup)),
  'copied over the file, log deleted': (path, backup) => {
    remove(path, '-wal', '-shm');
    writeFileSync(path, readFileSync(backup));
  },
};

export const ways = Object.keys(backups).flatMap((made) =>
  Object.keys(restores).map((put) => [made, put] as const),
);

export function remove(path: string, ...suffixes: string[]) {
  for (const suffix of suffixes) rmSync(path + suffix);
}

/** Stops the clock, so that no check of the file becomes due and the next write relies on the last check. */
export function stopClock() {
  const now = performance.now();
  vi.spyOn(performance, 'now').mockReturnValue(now);
  onTestFinished(() => void vi.restoreAllMocks());
}

/** Moves the clock past every interval between checks of the file. */
export function later() {
  const now = performance.now() + 1000;
  vi.spyOn(performance, 'now').mockReturnValue(now);
  onTestFinished(() => void vi.restoreAllMocks());
}

/** Retries `work` until it succeeds, each time with the clock past every interval between checks of the file. */
export async function eventually(work: () => Promise<unknown>) {
  await vi.waitFor(async () => {
    later();
    await work();
  });
}

/** Retries a load until it succeeds: the checkpoint thread needs a moment to end, and a copy in progress has to finish. */
export async function reopened(store: SessionStore) {
  await eventually(() => store.load(first));
}

/** Reads the content in another process, with a separate connection and nothing cached. */
export function contentOf(path: string) {
  const script = `
    const database = new (require('better-sqlite3'))(process.argv[1]);
    const rows = database.prepare('select payload from sessions').pluck().all();
    const check = database.pragma('integrity_check', { simple: true });
    console.log(JSON.stringify({ check, numbers: rows.map((row) => JSON.parse(row).data.n) }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script, path], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as { check: string; numbers: number[] };
}
