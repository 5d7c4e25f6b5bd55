import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Report, StoreError } from '@store/core/driver';
import Database from 'better-sqlite3';
import { noSharedMemoryText } from '../failures.ts';
import { DatabaseFile, type WatchedDatabase } from '../file/database-file.ts';
import { DiskReserve } from '../file/disk-reserve.ts';
import { assertPrivateFiles, preparePrivateFile } from '../file/file-permissions.ts';
import { createCheckpoints } from './checkpoints.ts';
import { Connection, type Opened, prepareOn } from './connection.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** The size in bytes to which the log is truncated once a long read transaction, which kept it growing, has ended. */
const largestIdleLog = 16 * 1024 * 1024;

/** Opens the database at `path`, creating the file if it is missing. Sets no pragmas yet, since that may have to wait for a lock. */
export function openDatabase(path: string, report: Report, checkOwner = true): Connection {
  if (path === ':memory:') {
    const database = new Database(path, { timeout: 0 });
    return new Connection({ database, close: () => void database.close() });
  }
  const place = resolve(path);
  /** Size and modification time of the file at the last attempt, to detect a copy in progress. */
  let lastState = '';

  function open(mayCreate: boolean): Opened {
    const realPath = preparePrivateFile(place, checkOwner, mayCreate);
    const file = process.platform === 'win32' ? undefined : new DatabaseFile(place, realPath);
    const database = new Database(place, { timeout: 0, fileMustExist: true });
    const reserve = new DiskReserve(realPath);
    const isIntact = () => {
      try {
        return file?.check() === undefined;
      } catch {
        return false;
      }
    };
    return {
      database,
      directory: dirname(realPath),
      reserve,
      file,
      checkpoints: createCheckpoints(database, place, report, isIntact),
      close: () => void database.close(),
      configure() {
        const { journal_mode } = prepareOn(database, 'pragma journal_mode = wal').get() as {
          journal_mode: string;
        };
        if (journal_mode !== 'wal') {
          throw new StoreError('UNAVAILABLE', `[@store/sqlite] ${noSharedMemoryText(dirname(realPath))}`);
        }
        database.exec(`pragma synchronous = normal; pragma journal_size_limit = ${largestIdleLog}`);
        assertPrivateFiles(realPath, checkOwner);
      },
      watch() {
        reserve.keep();
        file?.watchContent(watched(database), true);
      },
    };
  }

  return new Connection({
    ...open(true),
    reopen(loss) {
      const found = statSync(place, { throwIfNoEntry: false });
      if (!found?.isFile()) return 'missing';
      const state = `${found.size} ${found.mtimeMs}`;
      // If another process is already using the file, that process has found the copy to be complete.
      const isInUse = existsSync(`${realpathSync(place)}-wal`);
      const isAtRest = loss !== 'overwritten' || isInUse || state === lastState;
      lastState = state;
      if (!isAtRest) return 'incomplete';
      const opened = open(false);
      if (opened.file?.isComplete() !== false) return opened;
      opened.close?.();
      return 'incomplete';
    },
    reopened() {
      report({
        type: 'database-replaced',
        reason:
          'the file or its log was deleted, replaced or overwritten; the store now uses the file at the path',
      });
    },
  });
}

/** Uses a database that the application opened. The busy timeout it has now is restored after every call. */
export function borrowDatabase(database: SqliteDatabase): Connection {
  const pragma = (name: string) => prepareOn(database, `pragma ${name}`).get() as Record<string, unknown>;
  const { timeout } = pragma('busy_timeout');
  // Empty for in-memory and temporary databases.
  const { file: path } = pragma('database_list');
  const isOnDisk = typeof path === 'string' && path !== '';
  const file = isOnDisk && process.platform !== 'win32' ? new DatabaseFile(path, path) : undefined;
  const reserve = isOnDisk ? new DiskReserve(path) : undefined;
  return new Connection({
    database,
    directory: isOnDisk ? dirname(path) : undefined,
    reserve,
    file,
    withoutTimeout: timeout === 0 ? undefined : withoutTimeout,
    watch() {
      reserve?.keep();
      if (pragma('journal_mode').journal_mode === 'wal') file?.watchContent(watched(database), false);
    },
  });

  function withoutTimeout<T>(work: () => T): T {
    try {
      database.exec('pragma busy_timeout = 0');
    } catch (error) {
      // The application is iterating over rows: pragmas and writes are not possible then, but reads are.
      if (database.open && error instanceof TypeError) return work();
      throw error;
    }
    try {
      return work();
    } finally {
      database.exec(`pragma busy_timeout = ${timeout}`);
    }
  }
}

function watched(database: SqliteDatabase): WatchedDatabase {
  const pragma = (name: string) => prepareOn(database, `pragma ${name}`).get() as Record<string, number>;
  return {
    schema() {
      try {
        return pragma('schema_version').schema_version;
      } catch (error) {
        return isUnreadable(error) ? -1 : undefined;
      }
    },
    writeBack() {
      try {
        const { busy, log, checkpointed } = pragma('wal_checkpoint(passive)');
        return busy === 0 && log === checkpointed;
      } catch (error) {
        return isUnreadable(error);
      }
    },
  };
}

/** Whether SQLite read content that is not a valid database, as opposed to failing to read it. */
function isUnreadable(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^SQLITE_(NOTADB|CORRUPT|IOERR_SHORT_READ)/.test(code);
}
