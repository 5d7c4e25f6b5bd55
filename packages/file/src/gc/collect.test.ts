import {
  appendFileSync,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newerLine } from '../../test/newer-line.ts';
import { filesIn, openStorage, someRecord, temporaryDirectory } from '../../test/session-directory.ts';
import { endLine, recordLine, successorLine } from '../log/line.ts';

const hours = (count: number) => new Date(Date.now() - count * 3600 * 1000);

describe('garbage collection', () => {
  it('removes expired sessions, up to the limit, and continues from there', async () => {
    const { storage, layout } = openStorage(temporaryDirectory());
    const records = Array.from({ length: 300 }, (_, n) =>
      someRecord({ subject: 'ann', expiresAt: n < 250 ? 1000 : 1001 }),
    );
    for (const record of records) await storage.insert(record, Date.now());
    expect(await storage.deleteExpired(999, 500)).toBe(0);
    expect(await storage.deleteExpired(1000, 100)).toBe(100);
    expect(await storage.deleteExpired(1000, 100)).toBe(100);
    expect(await storage.deleteExpired(1000, 100)).toBe(50);
    expect(await storage.deleteExpired(1000, 100)).toBe(0);
    expect(await storage.listBySubject('ann')).toHaveLength(50);
    expect(filesIn(layout.subjects)).toHaveLength(50);
  });

  it('looks at 10,000 files in one call, and at the rest in the next', async () => {
    const directory = temporaryDirectory();
    const { storage } = openStorage(directory);
    for (let n = 0; n < 12_000; n++)
      await storage.insert(someRecord({ expiresAt: n % 40 === 0 ? 1000 : 2000 }), Date.now());
    const first = Number(await storage.deleteExpired(1500, 500));
    const second = Number(await storage.deleteExpired(1500, 500));
    expect(first).toBeGreaterThan(150);
    expect(second).toBeGreaterThan(0);
    expect(first + second).toBe(300);
    expect(filesIn(directory)).toHaveLength(11_700);
  });

  it('yields to the event loop while it looks at files', async () => {
    const { storage } = openStorage(temporaryDirectory());
    for (let n = 0; n < 1000; n++) await storage.insert(someRecord({ expiresAt: 1 }), Date.now());
    let turns = 0;
    let done = false;
    const count = () => {
      turns++;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    expect(await storage.deleteExpired(1, 5000)).toBe(1000);
    done = true;
    expect(turns).toBeGreaterThan(5);
  });

  it('fails on a folder it cannot read, and continues with the others', async () => {
    const directory = temporaryDirectory();
    const { storage, layout } = openStorage(directory);
    for (let n = 0; n < 300; n++) await storage.insert(someRecord({ expiresAt: 1000 }), Date.now());
    const folder = join(layout.records, '7f');
    rmSync(folder, { recursive: true, force: true });
    // A link to itself cannot be listed, even by root.
    symlinkSync(folder, folder);
    const left = filesIn(layout.records).length - 1;
    let removed = 0;
    const failures: string[] = [];
    for (let call = 0; call < 3; call++) {
      const counted = (async () => storage.deleteExpired(1000, 500))();
      removed += Number(await counted.catch((error) => failures.push(error.code) * 0));
    }
    expect(failures).toContain('ELOOP');
    expect(removed).toBeLessThanOrEqual(left);
    expect(filesIn(layout.records)).toEqual(['7f']);
  });

  it('restores every marker lost in a power cut, however many calls run at the same time', async () => {
    const directory = temporaryDirectory();
    const { storage, layout } = openStorage(directory);
    const records = Array.from({ length: 200 }, () => someRecord({ subject: 'ann' }));
    for (const record of records) await storage.insert(record, Date.now());
    rmSync(layout.subjects, { recursive: true });
    const another = openStorage(directory).storage;
    await Promise.all([1, 2, 3].map(() => another.deleteExpired(0, 500)));
    expect(await storage.listBySubject('ann')).toHaveLength(200);
  });

  it.each([0, 10])(
    'removes sessions that expire in round %i, whether or not they were touched or replaced before',
    async (rounds) => {
      const { storage, layout } = openStorage(temporaryDirectory());
      const [plain, touched, shortened, moved, restored] = Array.from({ length: 5 }, () =>
        someRecord({ expiresAt: 1000 }),
      );
      if (!plain || !touched || !shortened || !moved || !restored) throw new Error('no records');
      for (const record of [plain, touched, shortened, moved, restored])
        await storage.insert(record, Date.now());
      for (let round = 0; round < rounds; round++) expect(await storage.deleteExpired(999, 500)).toBe(0);
      await storage.touch(touched.key, 1, 3000);
      await storage.replace(shortened.key, shortened.version, { ...shortened, expiresAt: 500 }, Date.now());
      const next = someRecord({ expiresAt: 2000 });
      await storage.replace(moved.key, moved.version, next, Date.now());
      // As after a copy that does not preserve modification times.
      utimesSync(layout.record(restored.key), 0, 0);
      expect(await storage.deleteExpired(500, 500)).toBe(1);
      expect(await storage.deleteExpired(1000, 500)).toBe(2);
      expect(await storage.deleteExpired(2000, 500)).toBe(1);
      expect(await storage.deleteExpired(2999, 500)).toBe(0);
      expect(await storage.deleteExpired(3000, 500)).toBe(1);
      expect(filesIn(layout.records)).toEqual([]);
    },
  );

  it('finds a session whose expiry another process has brought forward', async () => {
    const directory = temporaryDirectory();
    const { storage } = openStorage(directory);
    const { storage: another } = openStorage(directory);
    const records = Array.from({ length: 50 }, () => someRecord({ expiresAt: 9000 }));
    for (const record of records) await storage.insert(record, Date.now());
    for (let round = 0; round < 3; round++) expect(await storage.deleteExpired(1000, 500)).toBe(0);
    for (const record of records)
      await another.replace(record.key, record.version, { ...record, expiresAt: 500 }, Date.now());
    expect(await storage.deleteExpired(1000, 500)).toBe(50);
  });

  it('removes a .next file after an hour if no session continues in it; its writer can no longer commit', async () => {
    const directory = temporaryDirectory();
    const { storage, layout } = openStorage(directory);
    const record = someRecord();
    await storage.insert(record, Date.now());
    const path = layout.record(record.key);
    const successors = [1, 2].map((count) => `${path}.0123456789abcdef.${count}.next`) as [string, string];
    for (const each of successors) writeFileSync(each, recordLine(0, { ...record, version: 5 }));
    utimesSync(successors[0], hours(2), hours(2));
    const { size } = statSync(path);
    await storage.deleteExpired(0, 500);
    expect(filesIn(directory)).toEqual([path, successors[1]].map((each) => each.slice(directory.length + 1)));
    // Its writer wakes up and appends a line that names a file that is gone.
    appendFileSync(path, successorLine(size, basename(successors[0])));
    expect(storage.read(record.key)).toEqual(record);
    expect(await storage.touch(record.key, 1, 9_000_000)).toBe(true);
  });

  it('removes the file of an ended session after a minute', async () => {
    const directory = temporaryDirectory();
    const { storage, layout } = openStorage(directory);
    const record = someRecord();
    await storage.insert(record, Date.now());
    const path = layout.record(record.key);
    appendFileSync(path, endLine(statSync(path).size, 'killed'));
    expect(storage.read(record.key)).toBeUndefined();
    await storage.deleteExpired(0, 500);
    expect(filesIn(directory)).toHaveLength(1);
    utimesSync(path, hours(1), hours(1));
    expect(await storage.deleteExpired(0, 500)).toBe(0);
    expect(filesIn(directory)).toEqual([]);
  });

  it('removes a damaged file after a day, without counting it or throwing', async () => {
    const directory = temporaryDirectory();
    const { storage, layout } = openStorage(directory);
    const record = someRecord();
    const path = layout.record(record.key);
    await storage.insert(record, Date.now());
    writeFileSync(path, 'not a session');
    expect(await storage.deleteExpired(9_000_000, 500)).toBe(0);
    expect(filesIn(layout.records)).toHaveLength(1);
    utimesSync(path, hours(25), hours(25));
    expect(await openStorage(directory).storage.deleteExpired(9_000_000, 500)).toBe(0);
    expect(filesIn(layout.records)).toEqual([]);
  });

  it('leaves foreign files alone, and those of a newer version until a day after they expire', async () => {
    const directory = temporaryDirectory();
    const { storage, layout } = openStorage(directory);
    const record = someRecord();
    await storage.insert(record, Date.now());
    const folder = dirname(layout.record(record.key));
    const foreign = [
      join(directory, 'notes'),
      join(layout.records, '.gitkeep'),
      join(folder, 'README'),
      join(folder, 'x.lock'),
    ];
    for (const path of foreign) writeFileSync(path, 'mine');
    writeFileSync(layout.record(record.key), newerLine);
    await expect(async () => storage.read(record.key)).rejects.toMatchObject({ code: 'INCOMPATIBLE' });
    const folderInPlace = layout.record(someRecord().key);
    mkdirSync(folderInPlace, { recursive: true });
    utimesSync(folderInPlace, hours(25), hours(25));
    expect(await storage.deleteExpired(9_000_000, 500)).toBe(0);
    expect(filesIn(directory)).toHaveLength(5);
    expect(existsSync(folderInPlace)).toBe(true);
    utimesSync(layout.record(record.key), hours(25), hours(25));
    await openStorage(directory).storage.deleteExpired(9_000_000, 500);
    expect(filesIn(directory).sort()).toEqual(foreign.map((path) => path.slice(directory.length + 1)).sort());
  });
});
