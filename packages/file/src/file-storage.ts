import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Awaitable, RecordStorage, SessionRecord } from '@store/core/driver';
import { ifExists } from './directory/files.ts';
import { keyOfName, type Layout, nameOfKey, readFileName } from './directory/layout.ts';
import type { SessionDirectory } from './directory/open-directory.ts';
import { createDeleteExpired } from './gc/collect.ts';
import { newerFormat, recordIn } from './log/line.ts';
import type { SessionState } from './log/open-log.ts';
import { SessionLogs } from './log/session-log.ts';
import { run } from './log/steps.ts';
import { createEndSession } from './sessions/end.ts';
import { createMove, hiddenMark } from './sessions/move.ts';
import { createWrites } from './sessions/write.ts';
import { createYield } from './sessions/yield.ts';
import { createSessionsOfSubject } from './subjects/sessions-of-subject.ts';
import { createSubjectIndex } from './subjects/subject-index.ts';

export interface FileStorageOptions {
  durable: boolean;
  /** Called for every damaged file that was read as a session. */
  onDamaged(): void;
}

interface FileStorage extends Required<Omit<RecordStorage, 'close'>> {
  read(key: string): SessionRecord | undefined;
  move(key: string, version: number, next: SessionRecord, mark: SessionRecord): Awaitable<boolean>;
}

/** Keeps session records as files. Synchronous, except for calls that go through many files or have to wait. */
export function createFileStorage(
  directory: SessionDirectory,
  { durable, onDamaged }: FileStorageOptions,
): FileStorage {
  const { layout, assertExists } = directory;
  const logs = new SessionLogs(directory, durable);
  const index = createSubjectIndex(directory);
  const writes = createWrites(logs, index, layout);
  const move = createMove(logs, index, writes);
  const end = createEndSession(logs, index, layout);
  const deleteExpired = createDeleteExpired(layout, logs, index);

  function recordOf(state: SessionState | undefined): SessionRecord | undefined {
    if (state?.kind === 'record') return recordIn(state);
    if (state?.kind === 'newer') throw newerFormat();
    if (state?.kind === 'damaged') onDamaged();
    return undefined;
  }

  /** The record; for a file written by a newer version, a record that core leaves out of lists but can end. */
  function anyRecordOf(
    state: SessionState | undefined,
    key: string,
    subject: string | null,
  ): SessionRecord | undefined {
    if (state?.kind !== 'newer') return recordOf(state);
    const time = Number.MAX_SAFE_INTEGER;
    const payload = `{"v":${time}}`;
    return { key, payload, subject, version: 0, createdAt: time, expiresAt: time, idleTimeout: null };
  }

  return {
    read: (key) => recordOf(logs.read(key)),
    insert: (record) => run(writes.insert(record)),
    save: (record, createdAfter, plain) => run(writes.save(record, createdAfter, plain)),
    replace: (key, version, next) =>
      run(next.key === key ? writes.replace(version, next) : move(key, version, next, hiddenMark(key))),
    move: (key, version, next, mark) => run(move(key, version, next, mark)),
    touch: (key, expiresAfter, expiresAt) => run(writes.touch(key, expiresAfter, expiresAt)),
    async delete(key) {
      await run(end(key, exists));
    },
    deleteSession: (key) =>
      run(end(key, (state) => exists(state) && (state.kind !== 'record' || state.record.idleTimeout !== 0))),

    async deleteExpired(now, limit) {
      assertExists();
      return deleteExpired(now, limit);
    },

    async scan(after, limit) {
      assertExists();
      const yieldToOthers = createYield();
      const records: SessionRecord[] = [];
      for (const key of keysAfter(layout, after)) {
        const record = anyRecordOf(logs.read(key), key, null);
        if (record && records.push(record) === limit) break;
        await yieldToOthers();
      }
      return records;
    },

    ...createSessionsOfSubject(logs, index, end, anyRecordOf),
  };
}

/** A session that has ended, or is still arriving, does not exist. */
function exists({ kind }: SessionState): boolean {
  return kind !== 'ended' && kind !== 'arriving';
}

/** The keys of record files in the order of their file names, which is the order of a scan. */
function* keysAfter({ records }: Layout, after: string | undefined): Generator<string, void> {
  const last = after === undefined ? '' : nameOfKey(after);
  for (const shard of namesIn(records)) {
    if (!/^[\da-f]{2}$/.test(shard) || shard < last.slice(0, 2)) continue;
    for (const name of namesIn(join(records, shard))) {
      if (name > last && readFileName(name).kind === 'record') yield keyOfName(name);
    }
  }
}

function namesIn(folder: string): string[] {
  return ifExists(() => readdirSync(folder))?.sort() ?? [];
}
