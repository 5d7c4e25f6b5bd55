import { expect, it, vi } from 'vitest';
import { openStorage, someRecord, temporaryDirectory } from '../test/session-directory.ts';

const disk = vi.hoisted(() => ({ refuses: false }));

// No disk can be had that takes a write and fails to flush it.
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const fdatasync = (file: number, done: (error: Error | null) => void) => {
    if (disk.refuses) done(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }));
    else fs.fdatasync(file, done);
  };
  return { ...fs, fdatasync };
});

it('undoes a durable write in place that the disk does not keep', async () => {
  const { storage } = openStorage(temporaryDirectory(), { durable: true });
  const record = someRecord();
  await storage.insert(record, Date.now());
  disk.refuses = true;
  await expect(
    storage.replace(record.key, record.version, { ...record, version: 101 }, Date.now()),
  ).rejects.toThrow('EIO');
  await expect(storage.save({ ...record, version: 101 }, 0, { start: '', end: '' })).rejects.toThrow('EIO');
  expect(storage.read(record.key)).toEqual(record);
  disk.refuses = false;
  expect(await storage.replace(record.key, record.version, { ...record, version: 102 }, Date.now())).toBe(
    true,
  );
  expect(storage.read(record.key)?.version).toBe(102);
});
