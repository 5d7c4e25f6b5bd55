import { existsSync, linkSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startChild } from '../test/child.ts';
import { filesIn, openStorage, someRecord, temporaryDirectory } from '../test/session-directory.ts';
import { createDueTimes } from './due-times.ts';
import { createHoldRecord } from './held-record.ts';
import { lockOf, temporaryOf } from './layout.ts';
import { createIdentity, writeOwner } from './owner.ts';
import { openDirectory } from './session-directory.ts';
import { createSessionLocks, defaultSettings } from './session-lock.ts';
import { createHoldSessions } from './session-move.ts';
import { createSessionWrites } from './session-writes.ts';
import { createSubjectIndex } from './subject-index.ts';

const unavailable = expect.objectContaining({ code: 'UNAVAILABLE' });

/** A process that has locked `paths` and was killed then. @returns its token */
async function killedHolder(directory: string, paths: string[]): Promise<string> {
  const holder = startChild('lock-holder', directory);
  await holder.next();
  const token = await holder.ask(paths);
  holder.kill('SIGKILL');
  await holder.ended('SIGKILL');
  return String(token);
}

describe('session locks', () => {
  it('give a lock whose holder was killed to one of two processes at a time', {
    timeout: 60_000,
  }, async () => {
    const directory = temporaryDirectory();
    const { layout } = openDirectory(directory);
    const paths = Array.from({ length: 300 }, () => lockOf(layout.record(someRecord().key)));
    await killedHolder(directory, paths);
    const [one, other] = [startChild('lock-taker', directory), startChild('lock-taker', directory)];
    await Promise.all([one.next(), other.next()]);
    for (const path of paths) {
      expect(await Promise.all([one.ask(path), other.ask(path)])).toEqual(['alone', 'alone']);
    }
    expect(filesIn(directory)).toEqual([]);
  });

  it('get past a process that was killed while it removed the lock of one that was killed', async () => {
    const directory = temporaryDirectory();
    const { storage, layout } = openStorage(directory, { patience: 0 });
    const record = someRecord();
    await storage.insert(record, Date.now());
    const first = await killedHolder(directory, [lockOf(layout.record(record.key))]);
    const second = await killedHolder(directory, [layout.guard(first)]);
    await killedHolder(directory, [layout.guard(second)]);
    expect(await storage.replace(record.key, record.version, record, Date.now())).toBe(true);
    await storage.deleteExpired(0, 1);
    expect(readdirSync(layout.owners)).toHaveLength(1);
  });

  it('stay with a holder that is stopped, and go on when it does', async () => {
    const directory = temporaryDirectory();
    const { storage, layout } = openStorage(directory, { patience: 100, silentFor: 0 });
    const record = someRecord();
    await storage.insert(record, Date.now());
    const holder = startChild('lock-holder', directory);
    await holder.next();
    await holder.ask([lockOf(layout.record(record.key))]);
    holder.kill('SIGSTOP');
    await expect(storage.replace(record.key, record.version, record, Date.now())).rejects.toThrow(
      unavailable,
    );
    await expect(storage.touch(record.key, 1, 9_000_000)).rejects.toThrow(unavailable);
    expect(await storage.deleteExpired(9_000_000, 500)).toBe(0);
    expect(storage.read(record.key)).toEqual(record);
    holder.kill('SIGCONT');
    holder.kill('SIGKILL');
    await holder.ended('SIGKILL');
    expect(await storage.replace(record.key, record.version, record, Date.now())).toBe(true);
  });

  it('are given up by a holder that cannot be seen once it is silent, together with what it was writing', async () => {
    const directory = temporaryDirectory();
    const { layout, storage } = openStorage(directory, { patience: 0 });
    const record = someRecord();
    const path = layout.record(record.key);
    await storage.insert(record, Date.now());
    const foreign = { ...createIdentity(), place: 'another container' };
    linkSync(writeOwner(layout.owners, foreign), lockOf(path));
    writeFileSync(temporaryOf(path, foreign.token, 1), 'half a rec');
    await expect(storage.replace(record.key, record.version, record, Date.now())).rejects.toThrow(
      unavailable,
    );
    const { storage: impatient } = openStorage(directory, { patience: 10_000, silentFor: 300 });
    expect(await impatient.replace(record.key, record.version, record, Date.now())).toBe(true);
    expect(existsSync(temporaryOf(path, foreign.token, 1))).toBe(false);
    expect(filesIn(directory)).toHaveLength(1);
  });

  it('are given up once silent when a power cut has left nothing in them', async () => {
    const directory = temporaryDirectory();
    const { layout, storage } = openStorage(directory, { patience: 10_000, silentFor: 0 });
    const record = someRecord();
    await storage.insert(record, Date.now());
    writeFileSync(join(layout.owners, '0123456789abcdef'), '');
    linkSync(join(layout.owners, '0123456789abcdef'), lockOf(layout.record(record.key)));
    expect(await storage.replace(record.key, record.version, record, Date.now())).toBe(true);
  });

  it('let a writer that lost them while it was stopped begin again, and publish nothing it wrote before', async () => {
    const directory = temporaryDirectory();
    const opened = openDirectory(directory);
    const { layout, owner } = opened;
    const thief = openStorage(directory, { patience: 10_000, silentFor: -1 });
    const hold = createHoldSessions(layout, createSessionLocks(layout, owner, defaultSettings), owner);
    const record = someRecord();
    await thief.storage.insert(record, Date.now());
    const theirs = { ...record, version: 77, payload: 'theirs' };
    // Too long for a slot, so that it is a file to be renamed.
    const ours = { ...record, version: 78, payload: 'ours'.repeat(1000) };
    let thefts = 0;
    const writes = createSessionWrites({
      directory: opened,
      index: createSubjectIndex(layout),
      due: createDueTimes(),
      durable: false,
      holdRecord: createHoldRecord(layout, createSessionLocks(layout, owner, defaultSettings), owner, false),
      // Everything up to the rename has happened, then this process stands still, and another replaces the session.
      hold: async (keys, work, alsoLocked) =>
        hold(
          keys,
          (...heads) => {
            if (thefts++ === 0) void thief.storage.replace(record.key, record.version, theirs, Date.now());
            return work(...heads);
          },
          alsoLocked,
        ),
    });
    expect(await writes.replace(record.key, record.version, ours, Date.now())).toBe(false);
    expect(thefts).toBe(2);
    expect(thief.storage.read(record.key)).toEqual(theirs);
    expect(filesIn(directory)).toHaveLength(1);
  });

  it('are not taken for stale while their holder works, whatever the length of its silence', async () => {
    const directory = temporaryDirectory();
    const { layout, owner } = openDirectory(directory);
    const locks = createSessionLocks(layout, owner, { patience: 0, silentFor: -1 });
    const path = lockOf(layout.record(someRecord().key));
    await locks.hold([path], () => {
      expect(locks.clearIfStale(path)).toBe(false);
      expect(locks.holdIfFree([path], () => 'twice')).toBeUndefined();
    });
    linkSync(owner.path, path);
    expect(await locks.hold([path], () => 'left by an unlock that failed')).toBeTypeOf('string');
  });
});
