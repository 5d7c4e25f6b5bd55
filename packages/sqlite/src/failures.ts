import { isStoreError, StoreError } from '@store/core/driver';
import { diskFullText, isDiskFull } from './file/disk-space.ts';
import { fileSystemOf } from './file/mounts.ts';

const remedyForTable =
  'Start once with migrate: true, run the SQL that schemaSql() returns, or choose another table name.';

/** What an error of SQLite's means, and what to do; `undefined` where its own text is all there is to say. */
export function explain(error: unknown, directory?: string): string | undefined {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code !== 'string') return undefined;
  if (isDiskFull(error, directory)) return diskFullText(directory);
  if (/^SQLITE_IOERR_(SHM|LOCK|RDLOCK|UNLOCK)/.test(code)) return noSharedMemoryText(directory);
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return 'The file is not a SQLite database, or is damaged. Restore it, or move it away to start with a new one.';
  }
  if (code === 'SQLITE_IOERR_SHORT_READ') {
    return (
      'Another process still uses the log of a database file that was deleted or overwritten. ' +
      'End it, delete the files that end in -wal and -shm, and start again.'
    );
  }
  if (code === 'SQLITE_ERROR') {
    return `The table is missing, out of date or not a table of this package (${message}). ${remedyForTable}`;
  }
  return undefined;
}

/** What to say about a file system on which the processes that use a log cannot share memory, or lock. */
export function noSharedMemoryText(directory: string | undefined): string {
  const type = directory === undefined ? undefined : fileSystemOf(directory);
  return (
    `SQLite's log needs files that processes can lock and map into shared memory, and ` +
    `${directory ?? 'the directory'} has none${type === undefined ? '' : ` (its file system is ${type})`}. ` +
    'Put the database on a local disk, or use @store/file or @store/postgres.'
  );
}

/** The error for a call that failed later: with an explanation if there is one. */
export function explained(error: unknown, directory: string | undefined): unknown {
  if (isStoreError(error)) return error;
  const text = explain(error, directory);
  return text === undefined
    ? error
    : new StoreError('UNAVAILABLE', `[@store/sqlite] ${text}`, { cause: error });
}
