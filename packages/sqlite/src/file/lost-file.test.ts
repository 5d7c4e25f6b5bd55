import { execFile } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { canMount, namespace } from '../../test/report.ts';
import { contentOf, fill, first, ids, later, remove, start, withDatabase } from '../../test/restoring.ts';
import { temporaryDatabase } from '../../test/temporary-database.ts';
import { inspect, startWriting } from '../../test/writing.ts';

describe('a database file that was moved away', () => {
  it('keeps every acknowledged write, and is used again when it is put back', async () => {
    const path = temporaryDatabase();
    const { store, events } = await start(path);
    await fill(store, 400, 1);
    renameSync(path, `${path}.old`);
    await expect(store.save(first, { n: 2 }, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    renameSync(`${path}.old`, path);
    for (const id of ids.slice(1)) expect((await store.load(id)).data).toMatchObject({ n: 1 });
    await store.save(first, { n: 3 }, {});
    expect(events).toEqual(['database-replaced']);
    expect(contentOf(path).check).toBe('ok');
  });

  it('keeps every acknowledged write in its new location, even without its log', async () => {
    const path = temporaryDatabase();
    const { store } = await start(path);
    await fill(store, 400, 1);
    const elsewhere = join(dirname(path), 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    renameSync(path, join(elsewhere, 'sessions.db'));
    await store.close();
    expect(contentOf(join(elsewhere, 'sessions.db'))).toEqual({ check: 'ok', numbers: Array(400).fill(1) });
  });

  it('is replaced by the database that another process starts with', async () => {
    const path = temporaryDatabase();
    const { store, events } = await start(path);
    await fill(store, 200, 1);
    remove(path, '', '-wal', '-shm');
    await expect(store.save(first, { n: 2 }, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const next = await start(path);
    await next.store.save(first, { n: 3 }, {});
    later();
    expect((await store.load(first)).data).toEqual({ n: 3 });
    await store.save(first, { n: 4 }, {});
    expect((await next.store.load(first)).data).toEqual({ n: 4 });
    expect([events, next.events]).toEqual([['database-replaced'], []]);
  });

  it("is not replaced by another application's database, which is left unchanged", async () => {
    const path = temporaryDatabase();
    const { store } = await start(path);
    await store.save(first, { n: 1 }, {});
    remove(path, '', '-wal', '-shm');
    await withDatabase(path, (database) => database.exec('create table notes (text)'));
    later();
    await expect(store.load(first)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cause: { message: 'no such table: sessions' },
    });
    await withDatabase(path, (database) => {
      expect(database.pragma('journal_mode', { simple: true })).toBe('delete');
    });
  });
});

describe('deleting the log of an open database', () => {
  it.each([['-wal'], ['-wal', '-shm']])('loses no acknowledged write: %s %s', async (...suffixes) => {
    const path = temporaryDatabase();
    const { store } = await start(path);
    await fill(store, 400, 1);
    remove(path, ...suffixes);
    // The last check may have been only a moment ago, in which case this write goes into the deleted log.
    await store.save(first, { n: 2 }, {});
    later();
    expect((await store.load(first)).data).toEqual({ n: 2 });
    const { check, numbers } = contentOf(path);
    expect([check, numbers.length, numbers.filter((n) => n === 1).length]).toEqual(['ok', 400, 399]);
  });
});

describe('deleting the log while two processes are writing', () => {
  it.each([['-wal'], ['-wal', '-shm']])('loses no acknowledged write: %s %s', async (...suffixes) => {
    const path = temporaryDatabase();
    const children = await Promise.all([0, 1].map(() => startWriting(path)));
    remove(path, ...suffixes);
    for (const { report } of children) {
      const { writes } = await report();
      await expect.poll(async () => (await report()).writes).toBeGreaterThan(writes + 300);
    }
    const reports = await Promise.all(children.map(({ report }) => report()));
    for (const { events } of reports) expect(events).toEqual(['database-replaced']);
    expect(
      await inspect(
        path,
        reports.flatMap(({ ids: saved }) => saved),
      ),
    ).toEqual({ check: 'ok', missing: [] });
  });
});

describe('a symbolic link to the database', () => {
  it('can be changed while the store and other processes use the old file', async () => {
    const path = temporaryDatabase();
    const link = `${path}.link`;
    symlinkSync(path, link);
    const { store, events } = await start(link);
    await store.save(first, { n: 1 }, {});
    await (await start(`${path}.other`)).store.save(first, { n: 2 }, {});
    const user = await start(path);
    unlinkSync(link);
    symlinkSync(`${path}.other`, link);
    later();
    expect((await store.load(first)).data).toEqual({ n: 2 });
    await store.save(first, { n: 3 }, {});
    expect(contentOf(`${path}.other`).numbers).toEqual([3]);
    await user.store.save(ids[1] ?? '', { n: 4 }, {});
    expect(contentOf(path).numbers.sort()).toEqual([1, 4]);
    expect(user.events).toEqual([]);
    expect(events).toEqual(['database-replaced']);
  });
});

describe('a mount over an open database', () => {
  it.for([
    // A file mounted without its directory is refused: its log would be elsewhere.
    { what: 'file', works: false, lost: 0, events: [] },
    { what: 'directory', works: true, lost: 0, events: ['database-replaced'] },
  ])(
    'is noticed, and is used if it covers the whole directory: $what',
    async ({ what, ...expected }, context) => {
      if (!canMount) context.skip('mounts need root or user namespaces');
      const path = temporaryDatabase();
      const other = join(dirname(path), 'other');
      mkdirSync(other, { mode: 0o700 });
      const { store } = await start(join(other, 'sessions.db'));
      await store.close();
      const program = join(import.meta.dirname, '../../test', 'mount-over.ts');
      const command = [...namespace, process.execPath, program, path, other, what];
      const { stdout } = await promisify(execFile)('unshare', command, { timeout: 60_000 });
      expect(JSON.parse(stdout)).toEqual(expected);
    },
  );
});
