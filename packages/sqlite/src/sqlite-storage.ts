import type { Awaitable, RecordStorage, SessionRecord } from '@store/core/driver';
import type { CompiledQuery } from 'kysely';
import { isBusy, whileBusy } from './busy-wait.ts';
import { createCollectGarbage } from './collect-garbage.ts';
import type { Connection } from './sqlite-database.ts';
import { writeStatements } from './statements.ts';
import { createWriteGroup } from './write-group.ts';

/**
 * Keeps session records in one table of a SQLite database. Reads answer at once; writes go through a write group, and what
 * each statement changed decides what its caller hears.
 *
 * Kysely writes the SQL once, here; what runs are prepared statements, since its builder costs 86 % of the speed of a load.
 */
export function createSqliteStorage(
  connection: Connection,
  table: string,
  busyTimeout: number,
): RecordStorage {
  const prepare = ({ sql }: CompiledQuery) => {
    const statement = connection.database.prepare(sql);
    // The application may have made big integers the default of its database.
    statement.safeIntegers(false);
    return statement;
  };
  const statements = writeStatements(table);
  const read = prepare(statements.read);
  const insert = prepare(statements.insert);
  const save = prepare(statements.save);
  const replaceContent = prepare(statements.replaceContent);
  const replaceRow = prepare(statements.replaceRow);
  const touch = prepare(statements.touch);
  const remove = prepare(statements.delete);
  const due = prepare(statements.due);
  const deleteExpired = prepare(statements.deleteExpired);
  const postpone = prepare(statements.postpone);
  const listBySubject = prepare(statements.listBySubject);
  const deleteBySubject = prepare(statements.deleteBySubject);

  const write = createWriteGroup(connection, busyTimeout);

  /** Answers without a promise unless the database is busy. */
  function query<T>(work: () => T): T | Promise<T> {
    try {
      return connection.attempt(work);
    } catch (error) {
      if (!isBusy(error, connection.database)) throw error;
      return whileBusy(connection, busyTimeout, work);
    }
  }

  return {
    read: (key) => query(() => read.get(key) as SessionRecord | undefined),

    insert: (record) => changed(write(() => insert.run(record).changes)),

    replace(oldKey, oldVersion, next) {
      const bindings = { ...next, oldKey, oldVersion };
      const sameKey = oldKey === next.key;
      return changed(
        write(() => (sameKey && replaceContent.run(bindings).changes) || replaceRow.run(bindings).changes),
      );
    },

    save: (record, createdAfter) => changed(write(() => save.run({ ...record, createdAfter }).changes)),

    touch: (key, now, expiresAt) => changed(write(() => touch.run({ key, now, expiresAt }).changes)),

    async delete(key) {
      await write(() => remove.run({ key }).changes);
    },

    deleteExpired: createCollectGarbage({
      connection,
      write,
      isDue: (now) => query(() => due.get({ now }) !== undefined),
      deleteExpired,
      postpone,
    }),

    listBySubject: (subject) => query(() => listBySubject.all({ subject }) as SessionRecord[]),

    deleteBySubject: (subject, { exceptKey = null, onlyKey = null }) =>
      write(() => deleteBySubject.run({ subject, exceptKey, onlyKey }).changes),

    close: connection.close,
  };
}

function changed(changes: Awaitable<number>): Awaitable<boolean> {
  return typeof changes === 'number' ? changes > 0 : changes.then((count) => count > 0);
}
