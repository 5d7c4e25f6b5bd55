import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startSession } from '@store/sqlite';
import Database from 'better-sqlite3';
import { expect, onTestFinished } from 'vitest';
import type { Question, WriteReport } from './keep-writing.ts';

/** Starts a process that keeps writing to the database; resolves once it has written enough for a checkpoint thread. */
export async function startWriting(path: string) {
  const child = fork(join(import.meta.dirname, 'keep-writing.ts'), [path]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const ask = async (question: Question): Promise<unknown> => {
    child.send(question);
    const [answer] = await once(child, 'message');
    return answer;
  };
  const report = async () => (await ask('report')) as WriteReport;
  const progress = async () => {
    const { writes, failures } = await report();
    return { isWarm: writes > 1000, failures };
  };
  await expect.poll(progress).toEqual({ isWarm: true, failures: [] });
  return { ask, report };
}

/** Opens the file as another process would. @returns the result of SQLite's integrity check, and which sessions are missing */
export async function inspect(path: string, ids: readonly string[]) {
  const database = new Database(path);
  const check = database.pragma('integrity_check', { simple: true });
  database.close();
  const store = await startSession({ database: path, cache: false });
  const missing: string[] = [];
  for (const id of ids) if (!(await store.load(id)).exists) missing.push(id);
  await store.close();
  return { check, missing };
}
