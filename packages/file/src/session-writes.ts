import { existsSync } from 'node:fs';
import type { RecordStorage, SessionRecord } from '@store/core/driver';
import { hintExpiry } from './record-expiry.ts';
import { writeMoving, writeRecord } from './record-format.ts';
import type { SessionDirectory } from './session-directory.ts';
import { linkIfFree, readHeadOf, removeIfThere, syncFolderOf } from './session-files.ts';
import { type HoldSessions, moveSession } from './session-move.ts';
import type { SubjectIndex } from './subject-index.ts';
import { createWithTemporary } from './temporary-file.ts';
import { createWriteCrowd } from './write-crowd.ts';

interface SessionWritesParts {
  directory: SessionDirectory;
  hold: HoldSessions;
  index: SubjectIndex;
  durable: boolean;
}

/** `insert` and `replace`: a whole temporary file first, then what makes it the session, under the session's lock. */
export function createSessionWrites({
  directory,
  hold,
  index,
  durable,
}: SessionWritesParts): Pick<RecordStorage, 'insert' | 'replace'> {
  const { layout, owner } = directory;
  const withTemporary = createWithTemporary(owner, durable);
  const crowd = createWriteCrowd();

  /** Brings the names that a write has made or removed to the disk. */
  async function flush(done: boolean, { key, subject }: SessionRecord, oldKey = key): Promise<boolean> {
    if (!done || !durable) return done;
    await syncFolderOf(layout.record(key));
    if (oldKey !== key) await syncFolderOf(layout.record(oldKey));
    if (subject !== null) await syncFolderOf(layout.marker(subject, key));
    return true;
  }

  async function insert(record: SessionRecord): Promise<boolean> {
    const { key, subject } = record;
    const path = layout.record(key);
    // A file written in vain costs more than this look.
    const found = existsSync(path) ? readHeadOf(path) : undefined;
    if (found?.kind === 'record' && found.key === key) return false;
    return withTemporary(path, writeRecord(record), async (temporary) => {
      hintExpiry(temporary.path, record.expiresAt);
      // With a marker to make it takes the lock: a marker without a record is cleared away.
      if (subject === null && linkIfFree(temporary.path, path)) return flush(true, record);
      const inserted = await hold([key], (head) => {
        if (head?.kind === 'record') return false;
        if (head?.kind === 'damaged') removeIfThere(path);
        if (subject !== null) index.add(subject, key);
        return linkIfFree(temporary.path, path);
      });
      return flush(inserted, record);
    });
  }

  async function replaceContent(key: string, version: number, next: SessionRecord): Promise<boolean> {
    const path = layout.record(key);
    return withTemporary(path, writeRecord(next), async (temporary) => {
      hintExpiry(temporary.path, next.expiresAt);
      const replaced = await hold([key], (head) => {
        if (head?.kind !== 'record' || head.version !== version) return false;
        const newSubject = head.subject === next.subject ? null : next.subject;
        if (newSubject !== null) index.add(newSubject, key);
        const end = () => {
          if (head.subject !== null && head.subject !== next.subject) index.remove(head.subject, key);
          return true;
        };
        if (!crowd.isAlone()) return crowd.join(temporary.renameOffLoop(path)).then(end);
        temporary.renameTo(path);
        return end();
      });
      return flush(replaced, next);
    });
  }

  async function replaceKey(from: string, version: number, next: SessionRecord): Promise<boolean> {
    const { key: to, subject } = next;
    const move = { from, to };
    return withTemporary(layout.record(from), writeRecord(next), (record) =>
      withTemporary(layout.record(to), writeMoving(from), async (mark) => {
        hintExpiry(record.path, next.expiresAt);
        const moved = await hold(
          [from, to],
          (head, taken) => {
            if (head?.kind !== 'record' || head.version !== version || taken?.kind === 'record') return false;
            if (taken?.kind === 'damaged') removeIfThere(layout.record(to));
            if (subject !== null) index.add(subject, to);
            if (!moveSession(layout, move, mark, record)) return false;
            if (head.subject !== null) index.remove(head.subject, from);
            return true;
          },
          // So that whoever looks for all sessions of the subject sees this one under one key or the other.
          subject === null ? [] : [layout.subjectLock(subject)],
        );
        return flush(moved, next, from);
      }),
    );
  }

  return {
    insert: (record) => directory.write(() => insert(record)),
    replace: (key, version, next) =>
      directory.write(() =>
        next.key === key ? replaceContent(key, version, next) : replaceKey(key, version, next),
      ),
  };
}
