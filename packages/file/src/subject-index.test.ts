import { readdirSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filesIn, openStorage, someRecord, temporaryDirectory } from '../test/session-directory.ts';
import { createSubjectIndex } from './subject-index.ts';

describe('subject index', () => {
  it('lists the sessions of a subject and of no other', async () => {
    const { storage } = openStorage(temporaryDirectory());
    const [one, two, other, none] = ['ann', 'ann', 'bob', null].map((subject) => someRecord({ subject }));
    for (const record of [one, two, other, none]) if (record) await storage.insert(record);
    const listed = await storage.listBySubject('ann');
    expect(listed.map(({ key }) => key).sort()).toEqual([one?.key, two?.key].sort());
    expect(await storage.listBySubject('Ann')).toEqual([]);
  });

  it('follows a session from one subject to another and to none', async () => {
    const directory = temporaryDirectory();
    const { storage } = openStorage(directory);
    const record = someRecord({ subject: 'ann' });
    await storage.insert(record);
    await storage.replace(record.key, record.version, { ...record, subject: 'bob', version: 2 });
    expect(await storage.listBySubject('ann')).toEqual([]);
    expect(await storage.listBySubject('bob')).toHaveLength(1);
    await storage.replace(record.key, 2, { ...record, subject: null, version: 3 });
    expect(await storage.listBySubject('bob')).toEqual([]);
    expect(filesIn(directory)).toHaveLength(1);
  });

  it('removes all sessions of a subject but one, or one only, and answers how many', async () => {
    const { storage } = openStorage(temporaryDirectory());
    const records = Array.from({ length: 5 }, () => someRecord({ subject: 'ann' }));
    const other = someRecord({ subject: 'bob' });
    for (const record of [...records, other]) await storage.insert(record);
    const [first, second] = records.map(({ key }) => key) as [string, string];
    expect(await storage.deleteBySubject('ann', { onlyKey: other.key })).toBe(0);
    expect(await storage.deleteBySubject('ann', { onlyKey: first })).toBe(1);
    expect(await storage.deleteBySubject('ann', { onlyKey: second, exceptKey: second })).toBe(0);
    expect(await storage.deleteBySubject('ann', { exceptKey: second })).toBe(3);
    expect((await storage.listBySubject('ann')).map(({ key }) => key)).toEqual([second]);
    expect(await storage.listBySubject('bob')).toEqual([other]);
  });

  it('takes a marker that a crash has left for nothing, and removes it when asked to remove or to collect', async () => {
    const directory = temporaryDirectory();
    const { storage, layout } = openStorage(directory);
    const index = createSubjectIndex(layout);
    const bobs = someRecord({ subject: 'bob' });
    await storage.insert(bobs);
    for (const clear of [() => storage.deleteBySubject('ann', {}), () => storage.deleteExpired(0, 500)]) {
      index.add('ann', someRecord().key);
      expect(await storage.listBySubject('ann')).toEqual([]);
      expect(await clear()).toBe(0);
      expect(readdirSync(layout.markersOf('ann').folder)).toEqual([]);
    }
    index.add('ann', bobs.key);
    expect(await storage.listBySubject('ann')).toEqual([]);
    expect(await storage.deleteBySubject('ann', {})).toBe(0);
    expect(storage.read(bobs.key)).toEqual(bobs);
  });

  it('is made again by garbage collection when it is lost', async () => {
    const { storage, layout } = openStorage(temporaryDirectory());
    const record = someRecord({ subject: 'ann' });
    await storage.insert(record);
    rmSync(layout.subjects, { recursive: true });
    expect(await storage.listBySubject('ann')).toEqual([]);
    await storage.deleteExpired(0, 500);
    expect(await storage.listBySubject('ann')).toEqual([record]);
  });

  it('lets a key that only looks like another name no session', async () => {
    const { storage } = openStorage(temporaryDirectory());
    const record = someRecord({ subject: 'ann' });
    await storage.insert(record);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(record.key.at(-1) as string);
    const lookalike = record.key.slice(0, -1) + alphabet[last ^ 1];
    expect(await storage.deleteBySubject('ann', { onlyKey: lookalike })).toBe(0);
    await storage.delete(lookalike);
    expect(storage.read(lookalike)).toBeUndefined();
    expect(storage.read(record.key)).toEqual(record);
  });
});
