import {
  linkSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { filesIn, openStorage, someRecord, temporaryDirectory } from '../test/session-directory.ts';
import { createHoldRecord, type HeldRecord } from './held-record.ts';
import { lockOf } from './layout.ts';
import { createIdentity, writeOwner } from './owner.ts';
import { slotBytes } from './record-slots.ts';
import { createSessionLocks, defaultSettings } from './session-lock.ts';

const anyPayload = { start: '', end: '' };

function open(options: Parameters<typeof openStorage>[1] = {}) {
  const directory = temporaryDirectory();
  const opened = openStorage(directory, options);
  const locks = createSessionLocks(opened.layout, opened.owner, defaultSettings);
  return {
    ...opened,
    directory,
    locks,
    holdRecord: createHoldRecord(opened.layout, locks, opened.owner, false),
  };
}

describe('writing a session in place', () => {
  it('keeps its file, whose time is that of the end of the session', async () => {
    const { storage, layout } = open();
    const record = someRecord();
    await storage.insert(record, Date.now());
    const { ino } = statSync(layout.record(record.key));
    for (let version = 100; version < 110; version++) {
      const { version: last } = storage.read(record.key) ?? record;
      const next = {
        ...record,
        version,
        expiresAt: 2_000_000 + version * 1000,
        payload: 'x'.repeat(version),
      };
      expect(await storage.replace(record.key, last, next, Date.now())).toBe(true);
      expect(storage.read(record.key)).toEqual(next);
      const stats = statSync(layout.record(record.key));
      expect([stats.ino, stats.mtimeMs]).toEqual([ino, next.expiresAt]);
      expect(stats.size).toBeLessThanOrEqual(2 * slotBytes);
    }
  });

  it('goes over to a file of its own and back with the length of the session, whatever was there before', async () => {
    const { storage } = open();
    const record = someRecord({ subject: 'ann' });
    await storage.insert(record, Date.now());
    let { version } = record;
    for (const length of [10, 5000, 100_000, 3000, 3001, 1900, 1500, 5, 4000, 4, 2048 - 170, 2048, 7]) {
      const next = { ...record, version: version + 1, payload: 'é'.repeat(length / 2) };
      expect(await storage.replace(record.key, version, next, Date.now())).toBe(true);
      expect(storage.read(record.key)).toEqual(next);
      expect(await storage.touch(record.key, 1, 3_000_000)).toBe(true);
      expect(storage.read(record.key)).toEqual({ ...next, expiresAt: 3_000_000 });
      expect(await storage.replace(record.key, version, next, Date.now())).toBe(false);
      version++;
    }
    const short = { ...record, version, payload: 'short' };
    expect(await storage.save({ ...short, version: version + 1, subject: null }, 0, anyPayload)).toBe(true);
    expect(storage.read(record.key)).toEqual({ ...short, version: version + 1 });
  });

  it('leaves the session as it was when it ends half way, and the next write has that place', async () => {
    const { storage, layout } = open();
    const record = someRecord();
    const path = layout.record(record.key);
    await storage.insert(record, Date.now());
    await storage.replace(
      record.key,
      record.version,
      { ...record, version: 101, payload: 'one' },
      Date.now(),
    );
    truncateSync(path, slotBytes + 100);
    expect(storage.read(record.key)).toEqual(record);
    expect(await storage.touch(record.key, 1, 3_000_000)).toBe(true);
    expect(await storage.replace(record.key, 101, { ...record, version: 102 }, Date.now())).toBe(false);
    expect(await storage.replace(record.key, record.version, { ...record, version: 102 }, Date.now())).toBe(
      true,
    );
    expect(storage.read(record.key)?.version).toBe(102);
    // The other way round: the first slot is damaged, the second is not.
    const bytes = readFileSync(path);
    bytes.fill('\0', 0, 300);
    writeFileSync(path, bytes);
    expect(storage.read(record.key)?.version).toBe(102);
    expect(await storage.replace(record.key, 102, { ...record, version: 103 }, Date.now())).toBe(true);
    expect(storage.read(record.key)?.version).toBe(103);
  });

  it('waits for the disk when it is to be durable', async () => {
    const { storage } = open({ durable: true });
    const record = someRecord({ subject: 'ann' });
    await storage.insert(record, Date.now());
    expect(await storage.replace(record.key, record.version, { ...record, version: 101 }, Date.now())).toBe(
      true,
    );
    expect(await storage.save({ ...record, version: 102 }, 0, anyPayload)).toBe(true);
    expect(storage.read(record.key)?.version).toBe(102);
  });

  it('finds out that its lock went to another while it stood still, with the file open', async () => {
    const { storage, layout, directory, holdRecord } = open({ silentFor: -1 });
    const thief = openStorage(directory, { silentFor: -1 });
    const record = someRecord();
    await storage.insert(record, Date.now());
    const theirs = { ...record, version: 77, payload: 'theirs' };
    let stolen: unknown;
    const late = vi.fn(({ rewrite, rewriteExpiry }: HeldRecord) => {
      // The file is open and was read. Now this process stands still, and another replaces the session.
      stolen = thief.storage.replace(record.key, record.version, theirs, Date.now());
      expect(() => rewrite({ ...record, version: 78 })).toThrow(expect.objectContaining({ code: 'ESTALE' }));
      expect(() => rewriteExpiry(9_000_000)).toThrow(expect.objectContaining({ code: 'ESTALE' }));
    });
    await holdRecord(record.key, late);
    expect(late).toHaveBeenCalled();
    expect(await stolen).toBe(true);
    expect(storage.read(record.key)).toEqual(theirs);
    expect(filesIn(directory)).toEqual([layout.record(record.key).slice(directory.length + 1)]);
  });

  it('writes nothing when it stood still before it opened the file', async () => {
    const { storage, layout, holdRecord, owner } = open();
    const record = someRecord();
    await storage.insert(record, Date.now());
    const path = lockOf(layout.record(record.key));
    const now = vi.spyOn(performance, 'now');
    try {
      await holdRecord(record.key, ({ rewrite }) => {
        unlinkSync(path);
        linkSync(writeOwner(layout.owners, createIdentity()), path);
        now.mockReturnValue(performance.now() + 60_000);
        expect(() => rewrite({ ...record, version: 78 })).toThrow('given to another');
      });
    } finally {
      now.mockRestore();
    }
    expect(storage.read(record.key)).toEqual(record);
    expect(owner.path).toBeTypeOf('string');
  });

  it('begins again with what is there when its file was replaced or removed meanwhile', async () => {
    const { storage, layout, directory } = open();
    const record = someRecord();
    const path = layout.record(record.key);
    await storage.insert(record, Date.now());
    const performs = vi.spyOn(performance, 'now');
    let calls = 0;
    // The clock is first looked at before the lock is taken, and again in the middle of the write.
    performs.mockImplementation(() => {
      if (++calls === 3) {
        writeFileSync(`${path}.copy`, readFileSync(path));
        renameSync(`${path}.copy`, path);
      }
      return 0;
    });
    try {
      expect(await storage.replace(record.key, record.version, { ...record, version: 5 }, Date.now())).toBe(
        true,
      );
    } finally {
      performs.mockRestore();
    }
    expect(calls).toBeGreaterThan(3);
    expect(storage.read(record.key)?.version).toBe(5);
    expect(filesIn(directory)).toHaveLength(1);
  });
});
