import type { RecordStorage, SessionRecord } from '@store/core/driver';
import { createDueTimes } from './due-times.ts';
import { createGarbageCollection } from './garbage-collection.ts';
import { createHoldRecord } from './held-record.ts';
import type { SessionDirectory } from './session-directory.ts';
import { removeIfThere, syncFolderOf } from './session-files.ts';
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
  const hold = createHoldSessions(layout, locks);
  const holdRecord = createHoldRecord(layout, locks, durable);
  const index = createSubjectIndex(layout);
  const due = createDueTimes();

  function read(key: string): SessionRecord | undefined {
    const found = readSession(layout, key);
    if (found === undefined) directory.assertThere();
    if (found !== 'damaged') return found?.record;
    onDamaged();
    return undefined;
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
        const found = head?.kind === 'record' && head.subject === subject && remove(key, head);
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

    deleteExpired: createGarbageCollection({ directory, locks, index, due, remove }),

    async listBySubject(subject: string) {
      const breathe = createTimeSlice();
      for (let pass = 1; ; pass++) {
        const records: SessionRecord[] = [];
        const keys = index.keys(subject);
        if (keys.length === 0) directory.assertThere();
        for (const key of keys) {
          const record = read(key);
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
