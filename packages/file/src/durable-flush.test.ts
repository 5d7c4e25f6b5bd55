import { expect, it, vi } from 'vitest';
import { filesIn, openStorage, someRecord, temporaryDirectory } from '../test/session-directory.ts';

const disk = vi.hoisted(() => ({ refuses: undefined as 'data' | 'names' | undefined }));

// Simulated, because the tests have no real disk that accepts a write and then fails to flush it.
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const refusing =
    (what: 'data' | 'names', flush: typeof fs.fsync) =>
    (file: number, done: (error: Error | null) => void) => {
      if (disk.refuses === what) done(Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' }));
      else flush(file, done);
    };
  return { ...fs, fdatasync: refusing('data', fs.fdatasync), fsync: refusing('names', fs.fsync) };
});

it.each(['in place', 'in a new file'])(
  'undoes a durable write %s that the disk fails to flush',
  async (where) => {
    const { storage } = openStorage(temporaryDirectory(), { durable: true });
    const record = someRecord();
    await storage.insert(record, Date.now());
    const payload = where === 'in place' ? record.payload : JSON.stringify('x'.repeat(5000));
    let { version } = record;
    const next = { ...record, payload, version: 101 };
    for (const write of [
      async () => storage.replace(record.key, version, next, Date.now()),
      async () => storage.save(next, 0, { start: '', end: '' }),
    ]) {
      disk.refuses = where === 'in place' ? 'data' : 'names';
      await expect(write()).rejects.toThrow('EIO');
      disk.refuses = undefined;
      const found = storage.read(record.key);
      expect(found).toEqual({ ...record, version: found?.version });
      // A new version, so that neither the writer nor a move mistakes this for the session it had read.
      expect([version, 101]).not.toContain(found?.version);
      version = Number(found?.version);
    }
    expect(await storage.replace(record.key, version, { ...record, version: 102 }, Date.now())).toBe(true);
    expect(storage.read(record.key)?.version).toBe(102);
  },
);

it('undoes the creation of a session that the disk fails to flush', async () => {
  const directory = temporaryDirectory();
  const { storage } = openStorage(directory, { durable: true });
  disk.refuses = 'data';
  await expect(async () => storage.insert(someRecord(), Date.now())).rejects.toThrow('EIO');
  disk.refuses = undefined;
  expect(filesIn(directory)).toEqual([]);
});
