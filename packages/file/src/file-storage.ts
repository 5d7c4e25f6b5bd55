import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isStoreError, type RecordStorage, type SessionRecord } from '@store/core/driver';
import { createDueTimes } from './due-times.ts';
import { createGarbageCollection } from './garbage-collection.ts';
import { createHoldRecord } from './held-record.ts';
import { keyOfName, type Layout, nameOfKey, readFileName } from './layout.ts';
import type { SessionDirectory } from './session-directory.ts';
import { errorCode, removeIfThere, syncFolderOf } from './session-files.ts';
import { createSessionLocks, defaultSettings, type LockSettings } from './session-lock.ts';
import { createHoldSessions, type SettledHead } from './session-move.ts';
import { readSession } from './session-read.ts';
import { createSessionWrites } from './session-writes.ts';
import { createSubjectIndex } from './subject-index.ts';
import { createTimeSlice } from './time-slice.ts';

export interface FileStorageOptions extends Partial<LockSettings> {
  durable: boolean;
  /** Told of every file that was read as a session and is damaged. */
  onDamaged(): void;
}

/** Keeps session records as files. Reads take no lock; whatever else there is happens under the session's. */
export function createFileStorage(
  directory: SessionDirectory,
  { durable, onDamaged, ...settings }: FileStorageOptions,
) {
  const { layout } = directory;
  const locks = createSessionLocks(layout, directory.owner, { ...defaultSettings, ...settings });
  const hold = createHoldSessions(layout, locks, directory.owner);
  const holdRecord = createHoldRecord(layout, locks, directory.owner, durable);
  const index = createSubjectIndex(layout);
  const due = createDueTimes();

  function read(key: string): SessionRecord | undefined {
    const found = readSession(layout, key);
    if (found === undefined) directory.assertThere();
    if (found !== 'damaged') return found?.record;
    onDamaged();
    return undefined;
  }

  /** The record, or one that says no more than that a newer version wrote the file: core leaves it out of lists, and ends it. */
  function readOrNewer(key: string, subject: string | null): SessionRecord | undefined {
    try {
      return read(key);
    } catch (error) {
      if (!isStoreError(error, 'INCOMPATIBLE')) throw error;
      const expiresAt = Number.MAX_SAFE_INTEGER;
      return {
        key,
        payload: `{"v":${expiresAt}}`,
        subject,
        version: 0,
        createdAt: 0,
        expiresAt,
        idleTimeout: null,
      };
    }
  }

  /** Removes a session that is under lock, with its marker. */
  function remove(key: string, head: SettledHead): boolean {
    const removed = head !== undefined && removeIfThere(layout.record(key));
    if (head?.kind === 'record' && head.subject !== null) index.remove(head.subject, key);
    return removed;
  }

  /** Removes a session if it is the subject's; clears the marker away in any case. */
  async function removeOf(subject: string, key: string): Promise<number> {
    const removed = await hold(
      [key],
      (head) => {
        // What only a newer version can read is the subject's if its marker says so.
        const isTheirs =
          head?.kind === 'newer'
            ? index.has(subject, key)
            : head?.kind === 'record' && head.subject === subject;
        const found = isTheirs && remove(key, head);
        index.remove(subject, key);
        return found;
      },
      [layout.subjectLock(subject)],
    );
    if (removed && durable) await syncFolderOf(layout.record(key));
    return removed ? 1 : 0;
  }

  async function removeAllOf(subject: string, exceptKey: string | undefined): Promise<number> {
    const breathe = createTimeSlice();
    for (let removed = 0; ; ) {
      // Whoever moves a session of the subject holds this lock too, so the list has it under its old key or its new one.
      const keys = await locks.hold([layout.subjectLock(subject)], () => index.keys(subject));
      const doomed = keys.filter((key) => key !== exceptKey);
      if (doomed.length === 0) return removed;
      for (const key of doomed) {
        removed += await removeOf(subject, key);
        await breathe();
      }
    }
  }

  return {
    read,
    ...createSessionWrites({ directory, hold, holdRecord, index, due, durable }),

    touch: (key, now, expiresAt) =>
      directory.write(() =>
        holdRecord(key, ({ head, rewriteExpiry }) => {
          if (head?.kind !== 'record' || head.expiresAt <= now) return false;
          if (head.expiresAt < expiresAt) rewriteExpiry(expiresAt);
          return true;
        }),
      ),

    delete: (key) =>
      directory.write(async () => {
        const removed = await hold([key], (head) => remove(key, head));
        if (removed && durable) await syncFolderOf(layout.record(key));
      }),

    deleteSession: (key) =>
      directory.write(async () => {
        const isMark = (head: SettledHead) => head?.kind === 'record' && head.idleTimeout === 0;
        const removed = await hold([key], (head) => !isMark(head) && remove(key, head));
        if (removed && durable) await syncFolderOf(layout.record(key));
        return removed;
      }),

    async scan(after, limit) {
      const yieldToOthers = createTimeSlice();
      const records: SessionRecord[] = [];
      for (const key of keysAfter(layout, after)) {
        const record = readOrNewer(key, null);
        if (record) records.push(record);
        if (records.length === limit) break;
        await yieldToOthers();
      }
      if (records.length === 0) directory.assertThere();
      return records;
    },

    deleteExpired: createGarbageCollection({ directory, locks, index, due, remove }),

    async listBySubject(subject: string) {
      const breathe = createTimeSlice();
      for (let pass = 1; ; pass++) {
        const records: SessionRecord[] = [];
        const keys = index.keys(subject);
        if (keys.length === 0) directory.assertThere();
        for (const key of keys) {
          const record = readOrNewer(key, subject);
          if (record?.subject === subject) records.push(record);
          await breathe();
        }
        // A marker without its session may be one that moved meanwhile: it is found under its new key.
        if (records.length === keys.length || pass === 2) return records;
      }
    },

    deleteBySubject: (subject, { exceptKey, onlyKey }) =>
      directory.write(async () => {
        if (onlyKey === undefined) return removeAllOf(subject, exceptKey);
        return onlyKey === exceptKey ? 0 : removeOf(subject, onlyKey);
      }),

    close: () => directory.close(),
  } satisfies Required<RecordStorage>;
}

/** The keys of record files in the order of their names, which is what a scan goes by. */
function* keysAfter(layout: Layout, after: string | undefined): Generator<string, void> {
  const last = after === undefined ? '' : nameOfKey(after);
  for (const shard of namesIn(layout.records)) {
    if (!/^[\da-f]{2}$/.test(shard) || shard < last.slice(0, 2)) continue;
    for (const name of namesIn(join(layout.records, shard))) {
      if (name > last && readFileName(name).kind === 'record') yield keyOfName(name);
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
