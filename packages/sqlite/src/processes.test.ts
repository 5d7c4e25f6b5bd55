import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createSessionId } from '@store/core';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDatabase } from '../test/temporary-database.ts';
import { startSession } from './start-session.ts';

function run(fixture: string, ...args: string[]) {
  const path = join(import.meta.dirname, '..', 'test', fixture);
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const errors = text(child.stderr);
  return { child, stdin: child.stdin, stdout: child.stdout, errors, ended: once(child, 'close') };
}

async function open(path: string) {
  const store = await startSession({ database: path, cache: false });
  onTestFinished(() => store.close());
  return store;
}

function check(path: string): unknown {
  const database = new Database(path);
  const result = database.pragma('integrity_check', { simple: true });
  database.close();
  return result;
}

// Twenty processes are slow on a small machine.
describe('several processes on one database', () => {
  it('lose no updates and see no SQLITE_BUSY errors', async () => {
    const path = temporaryDatabase();
    const store = await open(path);
    const common = createSessionId();
    await store.save(common, { count: 0 }, {});
    const own = Array.from({ length: 3 }, () => createSessionId());
    const processes = own.map((id) => run('parallel-updates.ts', path, common, id, '400'));
    const reports = await Promise.all(
      processes.map(async ({ stdout, errors, ended }) => [
        await text(stdout),
        await errors,
        ...(await ended),
      ]),
    );
    expect(reports).toEqual(own.map(() => ['', '', 0, null]));
    expect((await store.load(common)).data).toEqual({ count: 1200 });
    for (const id of own) expect((await store.load(id)).data).toEqual({ count: 400 });
    expect(check(path)).toBe('ok');
  });

  it('can all start on an empty database, even twenty at the same time', async () => {
    const path = temporaryDatabase();
    const processes = Array.from({ length: 20 }, () => run('start-once.ts', path));
    await Promise.all(processes.map(({ stdout }) => once(stdout, 'data')));
    for (const { stdin } of processes) stdin.write('go\n');
    const ends = await Promise.all(
      processes.map(async ({ errors, ended }) => [await errors, ...(await ended)]),
    );
    expect(ends).toEqual(processes.map(() => ['', 0, null]));
    const store = await open(path);
    expect(await store.list('starters')).toHaveLength(20);
    expect(check(path)).toBe('ok');
  });

  it('keep every acknowledged write of a process that is killed', async () => {
    const path = temporaryDatabase();
    for (let round = 0; round < 5; round += 1) {
      const { child, stdout, ended } = run('acknowledge-saves.ts', path);
      // Killed both soon after startup and later, when the checkpoint thread is writing the log back.
      const acknowledged = await killAfterLines(child, stdout, 100 + 1500 * round);
      await ended;
      expect(check(path)).toBe('ok');
      const store = await startSession({ database: path, cache: false });
      expect(acknowledged.size).toBeGreaterThan(0);
      for (const [id, n] of acknowledged) {
        const { exists, data } = await store.load(id);
        expect(exists).toBe(true);
        expect(data.n).toBeGreaterThanOrEqual(n);
      }
      await store.close();
    }
  });
});

/** @returns The last number that was printed in full for each id before the process died. */
async function killAfterLines(
  child: ChildProcess,
  stdout: NodeJS.ReadableStream,
  lines: number,
): Promise<Map<string, number>> {
  let printed = '';
  for await (const chunk of stdout) {
    printed += chunk;
    if (printed.split('\n').length > lines) child.kill('SIGKILL');
  }
  const complete = printed.split('\n').slice(0, -1);
  return new Map(
    complete.map((line) => {
      const [id = '', n] = line.split(' ');
      return [id, Number(n)];
    }),
  );
}
