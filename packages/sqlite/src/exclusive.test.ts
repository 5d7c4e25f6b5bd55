import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createSessionId } from '@store/core';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDatabase } from '../test/temporary-database.ts';
import { type SqliteSessionOptions, startSession } from './start-session.ts';

async function start(options: SqliteSessionOptions) {
  const store = await startSession({ cache: false, busyTimeout: 0, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** Starts a store in another process. @returns what became of it, and a way to end it */
async function startElsewhere(database: string, exclusive: boolean) {
  const child = fork(join(import.meta.dirname, '..', 'test', 'hold-database.ts'), [
    database,
    String(exclusive),
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const [outcome] = await once(child, 'message');
  return {
    outcome,
    async end() {
      child.send('close');
      await once(child, 'close');
    },
  };
}

const id = createSessionId();

describe('exclusive', { timeout: 60_000 }, () => {
  it('keeps every session, and leaves the file to the next process when the store closes', async () => {
    const path = temporaryDatabase();
    const store = await startSession({ database: path, cache: false, exclusive: true });
    await store.save(id, { n: 1 }, {});
    await Promise.all(Array.from({ length: 1200 }, () => store.save(createSessionId(), {}, {})));
    await store.close();
    const next = await start({ database: path });
    expect((await next.load(id)).data).toEqual({ n: 1 });
    expect(await next.count()).toBe(1201);
  });

  it('is refused while another process has the file open, idle or not', async () => {
    const path = temporaryDatabase();
    const other = await startElsewhere(path, false);
    expect(other.outcome).toBe('started');
    await expect(start({ database: path, exclusive: true })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('exclusive: true needs it alone'),
      cause: { code: 'SQLITE_BUSY' },
    });
    await other.end();
    await start({ database: path, exclusive: true });
  });

  it('waits for the other process to end, as in a rolling restart', async () => {
    const path = temporaryDatabase();
    const other = await startElsewhere(path, true);
    const starting = start({ database: path, exclusive: true, busyTimeout: 60 });
    await other.end();
    await (await starting).save(id, {}, {});
  });

  it.each([false, true])(
    'keeps other processes out with a clear error, exclusive: %s there',
    async (theirs) => {
      const path = temporaryDatabase();
      const store = await start({ database: path, exclusive: true });
      await store.save(id, { n: 1 }, {});
      const { outcome } = await startElsewhere(path, theirs);
      expect(outcome).toMatch(/^UNAVAILABLE .*exclusive: true/);
      expect((await store.load(id)).data).toEqual({ n: 1 });
    },
  );

  it('keeps out a second store of the same process too', async () => {
    const path = temporaryDatabase();
    const store = await start({ database: path, exclusive: true });
    await expect(start({ database: path })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await store.save(id, {}, {});
  });

  it('is refused for a passed Database', async () => {
    const database = new Database(':memory:');
    onTestFinished(() => void database.close());
    await expect(start({ database, exclusive: true })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('exclusive must be left out'),
    });
  });
});
