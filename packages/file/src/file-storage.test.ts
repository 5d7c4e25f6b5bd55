import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { newerLine } from '../test/newer-line.ts';
import { filesIn, openStorage, someRecord, temporaryDirectory } from '../test/session-directory.ts';

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('file storage', () => {
  it('keeps one file per session, and gives only the owner access to files and folders', async () => {
    const directory = temporaryDirectory();
    const { storage, layout } = openStorage(directory);
    const record = someRecord();
    await storage.insert(record, Date.now());
    await storage.replace(record.key, record.version, { ...record, version: 2 }, Date.now());
    await storage.touch(record.key, 1, 3_000_000);
    const path = layout.record(record.key);
    expect(filesIn(directory)).toEqual([path.slice(directory.length + 1)]);
    expect(modeOf(path)).toBe(0o600);
    for (const folder of [dirname(path), layout.records, layout.subjects]) {
      expect(modeOf(folder)).toBe(0o700);
    }
    expect(storage.read(record.key)).toEqual({ ...record, version: 2, expiresAt: 3_000_000 });
  });

  it('leaves no lock or temporary file behind after any operation', async () => {
    const directory = temporaryDirectory();
    const { storage } = openStorage(directory);
    const record = someRecord({ subject: 'ann' });
    const moved = someRecord({ subject: 'ann' });
    await storage.insert(record, Date.now());
    await storage.insert(record, Date.now());
    await storage.replace(record.key, 0, record, Date.now());
    await storage.replace(record.key, record.version, moved, Date.now());
    await storage.touch(moved.key, 1, 9_000_000);
    await storage.listBySubject('ann');
    await storage.deleteExpired(1, 500);
    expect(filesIn(directory)).toHaveLength(2);
    await storage.deleteBySubject('ann', {});
    await storage.delete(record.key);
    await storage.deleteExpired(1, 500);
    expect(filesIn(directory)).toEqual([]);
  });

  it('removes any record with deleteSession, readable or not, except a mark', async () => {
    const { storage, layout } = openStorage(temporaryDirectory());
    const record = someRecord({ subject: 'ann' });
    for (const content of [undefined, '', 'hello', newerLine]) {
      await storage.insert(record, Date.now());
      if (content !== undefined) writeFileSync(layout.record(record.key), content);
      expect(await storage.deleteSession(record.key)).toBe(true);
      expect(await storage.deleteSession(record.key)).toBe(false);
    }
    const mark = someRecord({ idleTimeout: 0 });
    await storage.insert(mark, Date.now());
    expect(await storage.deleteSession(mark.key)).toBe(false);
    expect(storage.read(mark.key)).toEqual(mark);
  });

  it('does not treat a damaged file as a session, reports it, and lets a new session take its place', async () => {
    const onDamaged = vi.fn();
    const { storage, layout } = openStorage(temporaryDirectory(), { onDamaged });
    const record = someRecord({ subject: 'ann' });
    for (const damage of ['', 'hello', '\n00000000 1R 0 ', '\0'.repeat(4096)]) {
      await storage.insert(record, Date.now());
      writeFileSync(layout.record(record.key), damage);
      expect(storage.read(record.key)).toBeUndefined();
      expect(await storage.touch(record.key, 1, 2)).toBe(false);
      expect(await storage.replace(record.key, record.version, record, Date.now())).toBe(false);
      expect(await storage.listBySubject('ann')).toEqual([]);
      expect(await storage.insert(record, Date.now())).toBe(true);
      expect(storage.read(record.key)).toEqual(record);
      writeFileSync(layout.record(record.key), damage);
      await storage.delete(record.key);
    }
    expect(onDamaged).toHaveBeenCalled();
  });

  it('neither follows a symbolic link nor blocks on a pipe in place of a session', async () => {
    const directory = temporaryDirectory();
    const { storage, layout } = openStorage(directory);
    const record = someRecord();
    await storage.insert(record, Date.now());
    const elsewhere = join(directory, 'elsewhere');
    writeFileSync(elsewhere, readFileSync(layout.record(record.key)));
    rmSync(layout.record(record.key));
    symlinkSync(elsewhere, layout.record(record.key));
    expect(storage.read(record.key)).toBeUndefined();
    expect(await storage.touch(record.key, 1, 9_000_000)).toBe(false);
    expect(await storage.replace(record.key, record.version, record, Date.now())).toBe(false);
    await storage.delete(record.key);
    expect(readFileSync(elsewhere, 'utf8')).toContain(record.payload);
    mkdirSync(layout.record(record.key));
    expect(storage.read(record.key)).toBeUndefined();
  });

  it('refuses to start if a link leads out of the directory', () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'records'));
    symlinkSync('/', join(directory, 'records', 'ab'));
    expect(() => openStorage(directory)).toThrow(/records\/ab is not a folder\. Run rm \S+records\/ab\.$/);
  });

  it('recreates folders that were removed while it runs', async () => {
    const directory = temporaryDirectory();
    const { storage } = openStorage(directory);
    const lost = someRecord();
    const record = someRecord({ subject: 'ann' });
    await storage.insert(lost, Date.now());
    for (const folder of ['records', 'subjects'])
      rmSync(join(directory, folder), { recursive: true, force: true });
    expect(storage.read(lost.key)).toBeUndefined();
    expect(await storage.touch(lost.key, 1, 9_000_000)).toBe(false);
    expect(await storage.insert(record, Date.now())).toBe(true);
    for (const folder of ['records', 'subjects'])
      rmSync(join(directory, folder), { recursive: true, force: true });
    expect(await storage.replace(record.key, record.version, record, Date.now())).toBe(false);
    for (const folder of ['records', 'subjects'])
      rmSync(join(directory, folder), { recursive: true, force: true });
    expect(await storage.deleteExpired(9, 9)).toBe(0);
    expect(await storage.deleteBySubject('ann', {})).toBe(0);
    await storage.delete(record.key);
  });

  it('reports that the directory is gone, and continues when it is back', async () => {
    const directory = join(temporaryDirectory(), 'sessions');
    const { storage } = openStorage(directory);
    const record = someRecord({ subject: 'ann' });
    await storage.insert(record, Date.now());
    rmSync(directory, { recursive: true });
    const gone = expect.objectContaining({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('is gone'),
    });
    expect(() => storage.read(record.key)).toThrow(gone);
    await expect(async () => storage.insert(record, Date.now())).rejects.toThrow(gone);
    await expect(async () => storage.replace(record.key, record.version, record, Date.now())).rejects.toThrow(
      gone,
    );
    await expect(async () => storage.touch(record.key, 1, 2)).rejects.toThrow(gone);
    await expect(async () => storage.delete(record.key)).rejects.toThrow(gone);
    await expect(async () => storage.deleteExpired(1, 2)).rejects.toThrow(gone);
    await expect(async () => storage.listBySubject('ann')).rejects.toThrow(gone);
    await expect(async () => storage.deleteBySubject('ann', {})).rejects.toThrow(gone);
    mkdirSync(directory);
    expect(await storage.insert(record, Date.now())).toBe(true);
    expect(storage.read(record.key)).toEqual(record);
  });

  it('returns the same results when it flushes to the disk', async () => {
    const { storage } = openStorage(temporaryDirectory(), { durable: true });
    const record = someRecord({ subject: 'ann' });
    const moved = someRecord({ subject: 'ann' });
    expect(await storage.insert(record, Date.now())).toBe(true);
    expect(await storage.replace(record.key, record.version, { ...record, version: 7 }, Date.now())).toBe(
      true,
    );
    expect(await storage.replace(record.key, 7, moved, Date.now())).toBe(true);
    expect(storage.read(record.key)).toBeUndefined();
    expect(await storage.listBySubject('ann')).toEqual([moved]);
    expect(await storage.deleteBySubject('ann', {})).toBe(1);
    expect(await storage.insert(record, Date.now())).toBe(true);
    await storage.delete(record.key);
    expect(storage.read(record.key)).toBeUndefined();
  });

  it('keeps the mode that an operator gave the directory', () => {
    const directory = temporaryDirectory();
    chmodSync(directory, 0o750);
    openStorage(directory);
    expect(modeOf(directory)).toBe(0o750);
  });
});
