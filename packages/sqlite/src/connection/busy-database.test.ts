import { createSessionId } from '@store/core';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDatabase } from '../../test/temporary-database.ts';
import { type SqliteSessionOptions, startSession } from '../start-session.ts';

const id = createSessionId();

async function start(options: SqliteSessionOptions) {
  const store = await startSession({ cache: false, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** Opens another connection and takes the write lock, as another process would. */
function occupy(path: string, begin = 'begin immediate') {
  const database = new Database(path);
  onTestFinished(() => {
    database.close();
  });
  database.exec(begin);
  return { database, release: () => database.exec('commit') };
}

const turn = () => new Promise(setImmediate);

async function turns(count: number) {
  for (let n = 0; n < count; n += 1) await turn();
}

describe('a busy database', () => {
  it('lets timers and loads run while writes wait, and then runs the writes in order', async () => {
    const path = temporaryDatabase();
    let now = Date.now();
    const store = await start({ database: path, now: () => now });
    await store.save(id, { n: 0 }, {});
    await store.save(createSessionId(), {}, {}, { idleTimeout: 1 });
    now += 1000;
    const other = occupy(path);

    const events: string[] = [];
    const saved = store.save(id, { n: 1 }, {}).then(() => events.push('saved'));
    const touched = store.touch(id).then(() => events.push('touched'));
    const collected = store.gc().then(() => events.push('collected'));
    for (let n = 0; n < 100; n += 1) {
      await turn();
      expect((await store.load(id)).data).toEqual({ n: 0 });
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(events).toEqual([]);

    other.release();
    await Promise.all([saved, touched, collected]);
    expect(events).toHaveLength(3);
    expect((await store.load(id)).data).toEqual({ n: 1 });
  });

  it('makes garbage collection wait only if sessions have expired', async () => {
    const path = temporaryDatabase();
    const store = await start({ database: path, busyTimeout: 0 });
    await store.save(id, { n: 0 }, {});
    const other = occupy(path);
    expect(await store.gc()).toBe(0);
    other.release();
  });

  it('loses none of the updates that arrive while it is busy', async () => {
    const path = temporaryDatabase();
    const store = await start({ database: path });
    const ids = Array.from({ length: 300 }, () => createSessionId());
    const other = occupy(path);
    const saves = ids.map((each, n) => store.save(each, { n }, {}));
    await turns(20);
    other.release();
    await Promise.all(saves);
    for (const [n, each] of ids.entries()) expect((await store.load(each)).data).toEqual({ n });
  });

  it('rejects each write with UNAVAILABLE after its busyTimeout, and works again afterwards', async () => {
    const path = temporaryDatabase();
    const store = await start({ database: path, busyTimeout: 0 });
    const other = occupy(path);
    const results = await Promise.allSettled([store.save(id, {}, {}), store.save(createSessionId(), {}, {})]);
    for (const result of results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'UNAVAILABLE',
          message: expect.stringContaining('raise busyTimeout'),
          cause: { code: 'SQLITE_BUSY' },
        },
      });
    }
    other.release();
    await store.save(id, { n: 1 }, {});
    expect((await store.load(id)).data).toEqual({ n: 1 });
  });

  it('does not block the event loop inside SQLite, even if a passed database has a long timeout', async () => {
    const path = temporaryDatabase();
    const passed = new Database(path, { timeout: 60_000 });
    onTestFinished(() => {
      passed.close();
    });
    const store = await start({ database: passed });
    const other = occupy(path, 'begin exclusive');
    const saved = store.save(id, { n: 1 }, {});
    const loaded = store.load(id);
    await turns(20);
    // This process holds the lock itself: if a call had slept inside SQLite, the test would time out before reaching this line.
    other.release();
    await saved;
    await loaded;
    expect(passed.pragma('busy_timeout', { simple: true })).toBe(60_000);
  });

  it('makes reads wait while another connection holds an exclusive lock', async () => {
    const path = temporaryDatabase();
    const passed = new Database(path);
    onTestFinished(() => {
      passed.close();
    });
    const store = await start({ database: passed });
    await store.save(id, { n: 1 }, {});
    const other = occupy(path, 'begin exclusive');
    const loads = Promise.all([store.load(id), store.load(id)]);
    await turns(20);
    other.release();
    expect((await loads).map(({ data }) => data)).toEqual([{ n: 1 }, { n: 1 }]);
  });

  it('makes startup wait, off the event loop', async () => {
    const path = temporaryDatabase();
    const other = occupy(path, 'begin exclusive');
    let started = false;
    const starting = start({ database: path }).then((store) => {
      started = true;
      return store;
    });
    await turns(50);
    expect(started).toBe(false);
    other.release();
    const store = await starting;
    await store.save(id, {}, {});
  });

  it('makes startup fail with UNAVAILABLE after the busyTimeout, and the next attempt succeeds', async () => {
    const path = temporaryDatabase();
    const other = occupy(path, 'begin exclusive');
    await expect(start({ database: path, busyTimeout: 0 })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('busy'),
    });
    other.release();
    await (await start({ database: path, busyTimeout: 0 })).save(id, {}, {});
  });

  it('delays creating the table while a passed database is in a transaction', async () => {
    const passed = new Database(temporaryDatabase());
    onTestFinished(() => {
      passed.close();
    });
    passed.exec('begin; create table notes (text)');
    const starting = start({ database: passed });
    await turns(20);
    passed.exec('rollback');
    await starting;
    expect(passed.prepare("select 1 from sqlite_schema where name = 'notes'").get()).toBeUndefined();
    expect(passed.prepare("select 1 from sqlite_schema where name = 'sessions'").get()).toBeDefined();
  });

  it('is closed only after the waiting writes have finished', async () => {
    const path = temporaryDatabase();
    const store = await startSession({ database: path, cache: false });
    const other = occupy(path);
    const saved = store.save(id, { n: 1 }, {});
    const closed = store.close();
    await turns(20);
    other.release();
    await saved;
    await closed;
    expect((await (await start({ database: path })).load(id)).data).toEqual({ n: 1 });
  });
});
