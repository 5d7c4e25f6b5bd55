import { rmSync, utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openStorage, someRecord, temporaryDirectory } from '../../test/session-directory.ts';
import { createSubjectIndex } from './subject-index.ts';

describe('subject index', () => {
  it('follows a session from one subject to another and to none', async () => {
    const directory = temporaryDirectory();
    const { storage } = openStorage(directory);
    const record = someRecord({ subject: 'ann' });
    await storage.insert(record, Date.now());
    await storage.replace(record.key, record.version, { ...record, subject: 'bob', version: 2 }, Date.now());
    expect(await storage.listBySubject('ann')).toEqual([]);
    expect(await storage.listBySubject('bob')).toHaveLength(1);
    await storage.replace(record.key, 2, { ...record, subject: null, version: 3 }, Date.now());
    expect(await storage.listBySubject('bob')).toEqual([]);
  });

  it('ignores a marker left by a crash, and removes it when it is an hour old', async () => {
    const directory = temporaryDirectory();
    const opened = openStorage(directory);
    const { storage, layout } = opened;
    const index = createSubjectIndex(opened);
    const bobs = someRecord({ subject: 'bob' });
    await storage.insert(bobs, Date.now());
    const lost = someRecord().key;
    index.add('ann', lost);
    expect(await storage.listBySubject('ann')).toEqual([]);
    expect(await storage.deleteBySubject('ann', {})).toBe(0);
    // It may belong to a session that is being created.
    await storage.deleteExpired(0, 500);
    expect(index.keys('ann')).toEqual([lost]);
    const aged = Date.now() / 1000 - 2 * 3600;
    utimesSync(layout.marker('ann', lost), aged, aged);
    utimesSync(layout.marker('bob', bobs.key), aged, aged);
    await storage.deleteExpired(0, 500);
    expect([index.keys('ann'), index.keys('bob')]).toEqual([[], [bobs.key]]);
    index.add('ann', bobs.key);
    expect(await storage.listBySubject('ann')).toEqual([]);
    expect(await storage.deleteBySubject('ann', {})).toBe(0);
    expect(storage.read(bobs.key)).toEqual(bobs);
  });

  it('is restored by garbage collection when it is lost', async () => {
    const { storage, layout } = openStorage(temporaryDirectory());
    const record = someRecord({ subject: 'ann' });
    await storage.insert(record, Date.now());
    rmSync(layout.subjects, { recursive: true });
    expect(await storage.listBySubject('ann')).toEqual([]);
    await storage.deleteExpired(0, 500);
    expect(await storage.listBySubject('ann')).toEqual([record]);
  });

  it('finds no session by a key that only looks like that of a session', async () => {
    const { storage } = openStorage(temporaryDirectory());
    const record = someRecord({ subject: 'ann' });
    await storage.insert(record, Date.now());
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(record.key.at(-1) as string);
    const lookalike = record.key.slice(0, -1) + alphabet[last ^ 1];
    expect(await storage.deleteBySubject('ann', { onlyKey: lookalike })).toBe(0);
    await storage.delete(lookalike);
    expect(storage.read(lookalike)).toBeUndefined();
    expect(storage.read(record.key)).toEqual(record);
  });
});
