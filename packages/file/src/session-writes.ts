import { existsSync } from 'node:fs';
import type { RecordStorage, SessionRecord } from '@store/core/driver';
import type { DueTimes } from './due-times.ts';
import type { HoldRecord } from './held-record.ts';
import { nameOfKey } from './layout.ts';
import { readHeadOf } from './record-file.ts';
import { writeArriving, writeMoved } from './record-format.ts';
import { writeRecordFile } from './record-slots.ts';
import type { SessionDirectory } from './session-directory.ts';
import { linkIfFree, removeIfThere, syncFolderOf } from './session-files.ts';
import { type HoldSessions, moveSession } from './session-move.ts';
import { createSessionRewrites, markNew, unmarkOld } from './session-rewrites.ts';
import type { SubjectIndex } from './subject-index.ts';
import { type Content, createWithTemporary } from './temporary-file.ts';
import { createWriteCrowd } from './write-crowd.ts';

interface SessionWritesParts {
  directory: SessionDirectory;
  hold: HoldSessions;
  holdRecord: HoldRecord;
  index: SubjectIndex;
  due: DueTimes;
  durable: boolean;
}

type WrittenStorage = Required<Pick<RecordStorage, 'insert' | 'save' | 'replace'>> & {
  move(key: string, version: number, next: SessionRecord, mark: SessionRecord): Promise<boolean>;
};

/**
 * `insert`, `save`, `replace` and `move`. What is not written in place is a whole temporary file first, then what makes it the session,
 * under the session's lock.
 */
export function createSessionWrites({
  directory,
  hold,
  holdRecord,
  index,
  due,
  durable,
}: SessionWritesParts): WrittenStorage {
  const { layout, owner } = directory;
  const withTemporary = createWithTemporary(owner, durable);
  const crowd = createWriteCrowd();
  const inPlace = createSessionRewrites(holdRecord, index);

  /** Brings the names that a write has made or removed to the disk. */
  async function flush(done: boolean, record: SessionRecord, oldKey = record.key): Promise<boolean> {
    if (!done || !durable) return done;
    await syncFolderOf(layout.record(record.key));
    if (oldKey !== record.key) await syncFolderOf(layout.record(oldKey));
    return flushMarker(done, record);
  }

  async function flushMarker(done: boolean, { key, subject }: SessionRecord): Promise<boolean> {
    if (done && durable && subject !== null) await syncFolderOf(layout.marker(subject, key));
    return done;
  }

  async function insert(record: SessionRecord): Promise<boolean> {
    const { key, subject } = record;
    const path = layout.record(key);
    // A file written in vain costs more than this look.
    const found = existsSync(path) ? readHeadOf(path) : undefined;
    if (found?.kind === 'record' && found.key === key) return false;
    if (found?.kind === 'newer' || (found?.kind === 'moved' && found.mark?.key === key)) return false;
    return withTemporary(path, contentOf(record), async (temporary) => {
      // With a marker to make it takes the lock: a marker without a record is cleared away.
      if (subject === null && linkIfFree(temporary.path, path)) return flush(true, record);
      const inserted = await hold([key], (head) => {
        if (head?.kind === 'record' || head?.kind === 'newer') return false;
        if (head?.kind === 'damaged') removeIfThere(path);
        if (subject !== null) index.add(subject, key);
        return linkIfFree(temporary.path, path);
      });
      return flush(inserted, record);
    });
  }

  /** Puts a new file in the place of the old one. */
  async function replaceFile(version: number, next: SessionRecord): Promise<boolean> {
    const { key } = next;
    const path = layout.record(key);
    return withTemporary(path, contentOf(next), async (temporary) => {
      const replaced = await hold([key], (head) => {
        if (head?.kind !== 'record' || head.version !== version) return false;
        markNew(index, head, next);
        const end = () => {
          unmarkOld(index, head, next);
          return true;
        };
        if (!crowd.isAlone()) return crowd.join(temporary.renameOffLoop(path)).then(end);
        temporary.renameTo(path);
        return end();
      });
      return flush(replaced, next);
    });
  }

  async function move(
    from: string,
    version: number,
    next: SessionRecord,
    mark?: SessionRecord,
  ): Promise<boolean> {
    const { key: to, subject } = next;
    const arriving = { bytes: writeArriving(from, next), modified: next.expiresAt };
    const moved = { bytes: writeMoved(to, mark), modified: mark?.expiresAt ?? 0 };
    return withTemporary(layout.record(to), arriving, (arrival) =>
      withTemporary(layout.record(from), moved, async (departure) => {
        const done = await hold(
          [from, to],
          (head, taken) => {
            if (head?.kind !== 'record' || head.version !== version) return false;
            if (taken?.kind === 'record' || taken?.kind === 'newer') return false;
            if (taken?.kind === 'damaged') removeIfThere(layout.record(to));
            if (subject !== null) index.add(subject, to);
            if (!moveSession(layout, { from, to }, arrival, departure, owner.identity.token)) return false;
            if (head.subject !== null) index.remove(head.subject, from);
            return true;
          },
          // So that a search for all sessions of the subject sees this one under one key or the other.
          subject === null ? [] : [layout.subjectLock(subject)],
        );
        return flush(done, next, from);
      }),
    );
  }

  /** The session may end earlier now than garbage collection knows. */
  async function write(key: string, work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await directory.write(work);
    } finally {
      due.forget(nameOfKey(key));
    }
  }

  return {
    insert: (record) => write(record.key, () => insert(record)),
    save: (record, createdAfter, plain) =>
      write(record.key, async () => {
        const isNew = !existsSync(layout.record(record.key));
        return (isNew ? undefined : await inPlace.saveOver(record, createdAfter, plain)) ?? insert(record);
      }),
    move: (key, version, next, mark) =>
      write(next.key, () => move(key, version, next, mark)).finally(() => due.forget(nameOfKey(key))),
    replace: (key, version, next) =>
      write(next.key, async () => {
        if (next.key !== key) return move(key, version, next);
        const done = await inPlace.replace(version, next);
        return done === undefined ? replaceFile(version, next) : flushMarker(done, next);
      }),
  };
}

function contentOf(record: SessionRecord): Content {
  return { bytes: writeRecordFile(record), modified: record.expiresAt };
}
