import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startChild } from '../test/child.ts';
import { filesIn, openStorage, someRecord, temporaryDirectory } from '../test/session-directory.ts';
import { temporaryOf } from './layout.ts';
import { lineSum } from './line-sum.ts';

const hours = (count: number) => new Date(Date.now() - count * 3600 * 1000);

describe('garbage collection', () => {
  it('removes what has expired, at most as many as asked for, and goes on from there', async () => {
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

  it('looks at 10,000 files in one call, and at the others in the next', { timeout: 120_000 }, async () => {
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

  it('lets the event loop turn while it looks', async () => {
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

  it.each([0, 10])('removes what expires in round %i, touched or replaced before or not', async (rounds) => {
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
    // As by a copy that keeps no times.
    utimesSync(layout.record(restored.key), 0, 0);
    expect(await storage.deleteExpired(500, 500)).toBe(1);
    expect(await storage.deleteExpired(1000, 500)).toBe(2);
    expect(await storage.deleteExpired(2000, 500)).toBe(1);
    expect(await storage.deleteExpired(2999, 500)).toBe(0);
    expect(await storage.deleteExpired(3000, 500)).toBe(1);
    expect(filesIn(layout.records)).toEqual([]);
  });

  it('finds within eight rounds what another process has made to end earlier', async () => {
    const directory = temporaryDirectory();
    const { storage } = openStorage(directory);
    const { storage: another } = openStorage(directory);
    const records = Array.from({ length: 50 }, () => someRecord({ expiresAt: 9000 }));
    for (const record of records) await storage.insert(record, Date.now());
    for (let round = 0; round < 3; round++) expect(await storage.deleteExpired(1000, 500)).toBe(0);
    for (const record of records)
      await another.replace(record.key, record.version, { ...record, expiresAt: 500 }, Date.now());
    let removed = 0;
    for (let round = 0; round < 8; round++) removed += Number(await storage.deleteExpired(1000, 500));
    expect(removed).toBe(50);
  });

  it('removes the temporary files of processes that were killed, and of no other', async () => {
    const directory = temporaryDirectory();
    const { storage, layout, owner } = openStorage(directory);
    const record = someRecord();
    await storage.insert(record, Date.now());
    const path = layout.record(record.key);
    const killed = startChild('lock-holder', directory);
    await killed.next();
    const running = startChild('lock-holder', directory);
    await running.next();
    const [dead, alive] = [String(await killed.ask([])), String(await running.ask([]))];
    killed.kill('SIGKILL');
    await killed.ended('SIGKILL');
    for (const token of [dead, alive, owner.identity.token])
      writeFileSync(temporaryOf(path, token, 1), 'half');
    await storage.deleteExpired(0, 500);
    expect(filesIn(layout.records)).toHaveLength(3);
    for (const token of [alive, owner.identity.token])
      utimesSync(temporaryOf(path, token, 1), hours(2), hours(2));
    await storage.deleteExpired(0, 500);
    expect(filesIn(layout.records)).toHaveLength(1);
  });

  it('removes a damaged file after a day, and neither counts nor throws on it', async () => {
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

  it('leaves foreign files alone, and those of a newer version until a day after they expired', async () => {
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
    const line = `@store/file 2 ${'1'.padStart(16)} ${'1000'.padStart(17)} `;
    const newer = `${line}${lineSum(line, 0, line.length)}\nnobody knows`;
    writeFileSync(layout.record(record.key), newer);
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
