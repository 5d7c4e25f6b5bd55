import { isStoreError, StoreError } from '@store/core/driver';
import { diskFullText, isDiskFull } from './file/disk-space.ts';
import { fileSystemOf } from './file/mounts.ts';

const remedyForTable =
  'Start once with migrate: true, run the SQL that schemaSql() returns, or choose another table name.';

/** What a SQLite error means and what to do about it; `undefined` if there is nothing to add to SQLite's message. */
export function explain(error: unknown, directory?: string): string | undefined {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code !== 'string') return undefined;
  if (isDiskFull(error, directory)) return diskFullText(directory);
  if (/^SQLITE_IOERR_(SHM|LOCK|RDLOCK|UNLOCK)/.test(code)) return noSharedMemoryText(directory);
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return 'The file is not a SQLite database, or it is damaged. Restore it, or move it away to start with a new one.';
  }
  if (code === 'SQLITE_IOERR_SHORT_READ') {
    return (
      'Another process is still using the log of a database file that was deleted or overwritten. ' +
      'End that process, delete the files that end in -wal and -shm, and start again.'
    );
  }
  if (code === 'SQLITE_ERROR') {
    return `The table is missing, out of date or not one that this package created (${message}). ${remedyForTable}`;
  }
  return undefined;
}

/** The text for a file system where processes cannot lock the log or share its memory. */
export function noSharedMemoryText(directory: string | undefined): string {
  const type = directory === undefined ? undefined : fileSystemOf(directory);
  return (
    `SQLite's log needs files that processes can lock and map into shared memory, which ` +
    `${directory ?? 'the directory'} does not support${type === undefined ? '' : ` (its file system is ${type})`}. ` +
    'Put the database on a local disk, or use @store/file or @store/postgres.'
  );
}

/** The error for a call that failed after startup, with an explanation if one exists. */
export function explained(error: unknown, directory: string | undefined): unknown {
  if (isStoreError(error)) return error;
  const text = explain(error, directory);
  return text === undefined
    ? error
    : new StoreError('UNAVAILABLE', `[@store/sqlite] ${text}`, { cause: error });
}
