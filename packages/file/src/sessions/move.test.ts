import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionRecord } from '@store/core/driver';
import { beforeEach, describe, expect, it } from 'vitest';
import { startChild } from '../../test/child.ts';
import { filesIn, openStorage, someRecord, temporaryDirectory } from '../../test/session-directory.ts';
import { recordLine } from '../log/line.ts';
import { startSession } from '../start-session.ts';
import { hiddenMark } from './move.ts';

let directory: string;
let opened: ReturnType<typeof openStorage>;
let old: SessionRecord;
let moved: SessionRecord;
/** The mark that the move leaves under the old key. Without a payload, it is hidden. */
let mark: SessionRecord;

/** Leaves a move unfinished after its first or second step, as a crash would. */
async function crashedAfter(step: 1 | 2): Promise<void> {
  const { storage, layout } = opened;
  await storage.insert(old, Date.now());
  await storage.insert(moved, Date.now());
  const from = { kind: 'from', key: old.key, version: old.version, markVersion: mark.version } as const;
  writeFileSync(layout.record(moved.key), recordLine(0, moved, from));
  const to = { kind: 'to', key: moved.key } as const;
  if (step === 2) writeFileSync(layout.record(old.key), recordLine(0, { ...mark, subject: 'ann' }, to));
}

beforeEach(() => {
  directory = temporaryDirectory();
  opened = openStorage(directory);
  old = someRecord({ subject: 'ann' });
  moved = someRecord({ subject: 'ann' });
  mark = { ...hiddenMark(old.key), version: 77 };
});

describe("a session's move to a new key", () => {
  it('ends the session under the old key and starts it under the new one', async () => {
    const { storage } = opened;
    await storage.insert(old, Date.now());
    expect(await storage.replace(old.key, old.version, moved, Date.now())).toBe(true);
    expect(storage.read(old.key)).toBeUndefined();
    expect(storage.read(moved.key)).toEqual(moved);
    expect(await storage.listBySubject('ann')).toEqual([moved]);
    expect(await storage.scan(undefined, 10)).toEqual([moved]);
    expect(await storage.deleteExpired(0, 500)).toBe(0);
    expect(filesIn(directory)).toHaveLength(2);
  });

  it('has not happened if a crash came before the commit', async () => {
    await crashedAfter(1);
    const { storage } = opened;
    expect([storage.read(old.key), storage.read(moved.key)]).toEqual([old, undefined]);
    expect(await storage.touch(moved.key, 1, 9_000_000)).toBe(false);
    // The new key is taken while the move may still happen.
    expect(await storage.replace(old.key, old.version, moved, Date.now())).toBe(false);
    const another = { ...moved, key: someRecord().key };
    expect(await storage.replace(old.key, old.version, another, Date.now())).toBe(true);
    expect([old, moved, another].map(({ key }) => storage.read(key))).toEqual([
      undefined,
      undefined,
      another,
    ]);
  });

  it('has happened if a crash came after the commit', async () => {
    await crashedAfter(2);
    const { storage } = opened;
    expect([storage.read(old.key), storage.read(moved.key)]).toEqual([undefined, moved]);
    expect(await storage.listBySubject('ann')).toEqual([moved]);
    expect(await storage.touch(moved.key, 1, 9_000_000)).toBe(true);
    expect([storage.read(old.key), storage.read(moved.key)?.expiresAt]).toEqual([undefined, 9_000_000]);
  });

  it.each(['replace', 'insert', 'touch', 'delete'] as const)(
    'is finished by the first %s of the old key, which finds no session there',
    async (act) => {
      await crashedAfter(2);
      const { storage } = opened;
      if (act === 'replace') expect(await storage.replace(old.key, old.version, old, Date.now())).toBe(false);
      if (act === 'touch') expect(await storage.touch(old.key, 1, 9_000_000)).toBe(false);
      if (act === 'delete') await storage.delete(old.key);
      if (act === 'insert') expect(await storage.insert(old, Date.now())).toBe(true);
      expect(storage.read(old.key)).toEqual(act === 'insert' ? old : undefined);
      expect(storage.read(moved.key)).toEqual(moved);
    },
  );

  it.each([1, 2] as const)('is settled by deleting the new key after a crash at step %i', async (step) => {
    await crashedAfter(step);
    const { storage } = opened;
    await storage.delete(moved.key);
    expect([storage.read(old.key), storage.read(moved.key)]).toEqual([
      step === 1 ? old : undefined,
      undefined,
    ]);
  });

  it.each([1, 2] as const)('is settled by garbage collection after a crash at step %i', async (step) => {
    await crashedAfter(step);
    const { storage, layout } = opened;
    // The process may still finish a move that it started less than a minute ago.
    expect(await storage.deleteExpired(0, 500)).toBe(0);
    expect([storage.read(old.key), storage.read(moved.key)]).toEqual(
      step === 1 ? [old, undefined] : [undefined, moved],
    );
    const aged = Date.now() / 1000 - 2 * 3600;
    for (const path of filesIn(directory)) utimesSync(join(directory, path), aged, aged);
    for (let round = 0; round < 3; round++) {
      await storage.deleteExpired(0, 500);
      for (const path of filesIn(directory)) utimesSync(join(directory, path), aged, aged);
    }
    const left = step === 1 ? old : moved;
    expect(filesIn(directory)).toEqual(
      [layout.record(left.key), layout.marker('ann', left.key)]
        .map((path) => path.slice(directory.length + 1))
        .sort(),
    );
    expect(storage.read(left.key)).toMatchObject({ key: left.key, payload: left.payload, subject: 'ann' });
  });

  it('never happens once garbage collection has given the session a new version', async () => {
    await crashedAfter(1);
    const { storage, layout } = opened;
    utimesSync(layout.record(moved.key), 0, 0);
    await storage.deleteExpired(0, 500);
    expect(await storage.move(old.key, old.version, moved, mark)).toBe(false);
    const { version } = storage.read(old.key) as SessionRecord;
    expect(version).not.toBe(old.version);
    utimesSync(layout.record(moved.key), 0, 0);
    await storage.deleteExpired(0, 500);
    expect(await storage.move(old.key, version, moved, mark)).toBe(true);
    expect([storage.read(old.key), storage.read(moved.key)]).toEqual([undefined, moved]);
  });

  it('leaves a mark under the old key, which is a record like any other', async () => {
    const { storage } = opened;
    mark = someRecord({ key: old.key, subject: null, expiresAt: 1_000, idleTimeout: 0 });
    await storage.insert(old, Date.now());
    expect(await storage.move(old.key, 99, moved, mark)).toBe(false);
    expect(await storage.move(old.key, old.version, moved, mark)).toBe(true);
    expect([storage.read(old.key), storage.read(moved.key)]).toEqual([mark, moved]);
    expect(await storage.insert(old, Date.now())).toBe(false);
    expect(await storage.move(old.key, old.version, someRecord(), mark)).toBe(false);
    expect(await storage.scan(undefined, 10)).toHaveLength(2);
    expect(await storage.deleteSession(old.key)).toBe(false);
    expect(await storage.deleteExpired(1_000, 500)).toBe(1);
    expect([storage.read(old.key), storage.read(moved.key)]).toEqual([undefined, moved]);
  });

  it.each([1, 2] as const)(
    'leaves a mark or the session under the old key after a crash at step %i',
    async (step) => {
      mark = someRecord({ key: old.key, subject: null, idleTimeout: 0 });
      await crashedAfter(step);
      const { storage } = opened;
      expect([storage.read(old.key), storage.read(moved.key)]).toEqual(
        step === 1 ? [old, undefined] : [mark, moved],
      );
      // The mark is not removed before the session has arrived.
      await storage.delete(old.key);
      expect([storage.read(old.key), storage.read(moved.key)]).toEqual([
        undefined,
        step === 1 ? undefined : moved,
      ]);
    },
  );

  it('lets another process find the session under exactly one key at any moment', async () => {
    const store = await startSession({ directory, cache: false, now: () => 1000 });
    const mover = startChild('session-racer', directory);
    await mover.next();
    const id = 'a-session-that-moves-and-moves';
    await store.save(`${id}_0`, {}, {});
    let ended = false;
    const moves = mover.ask({ act: 'move', id, now: 1000, turns: 0 }).finally(() => {
      ended = true;
    });
    let at = 0;
    while (at < 500) {
      const here = await store.load(`${id}_${at}`);
      if (here.exists) continue;
      // The session is gone from this key, so it must be under the next key or a later one.
      let next = at + 1;
      while (!(await store.load(`${id}_${next}`)).exists) {
        expect(next++, 'lost').toBeLessThan(at + 1000);
      }
      expect((await store.load(`${id}_${at}`)).exists).toBe(false);
      at = next;
      await new Promise(setImmediate);
    }
    for (let key = at; !ended; key++) {
      await store.destroy(`${id}_${key}`);
      await new Promise(setImmediate);
    }
    expect(await moves).toMatchObject({ outcome: expect.any(Number) });
  });
});
