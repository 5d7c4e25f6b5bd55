import { performance } from 'node:perf_hooks';
import type { Awaitable, PlainPayload, RecordStorage, SessionRecord } from '@store/core/driver';
import type { CompiledQuery } from 'kysely';
import { createCollectGarbage } from './collect-garbage.ts';
import { isBusy, whileBusy } from './connection/busy-wait.ts';
import type { Connection } from './connection/connection.ts';
import { explained } from './failures.ts';
import { writeStatements } from './statements.ts';
import { createWriteGroup } from './write-group.ts';

/**
 * Keeps session records in one table of a SQLite database. Reads are synchronous; writes go through a write group, and a
 * method's result depends on how many rows its statement changed.
 *
 * Kysely builds the SQL once, here; calls run prepared statements, because building a query takes far longer than running a load.
 * No write returns `tryAgain`: the wait for a busy database happens here, where it ends as soon as the lock is free.
 */
export function createSqliteStorage(
  connection: Connection,
  table: string,
  busyTimeout: number,
): RecordStorage {
  const { withoutTimeout } = connection;
  const prepare = ({ sql }: CompiledQuery) => connection.prepare(sql);
  const statements = writeStatements(table);
  const read = prepare(statements.read);
  const insert = prepare(statements.insert);
  const save = prepare(statements.save);
  const replaceContent = prepare(statements.replaceContent);
  const replaceRow = prepare(statements.replaceRow);
  const move = prepare(statements.move);
  const touch = prepare(statements.touch);
  const remove = prepare(statements.delete);
  const deleteSession = prepare(statements.deleteSession);
  const scan = prepare(statements.scan);
  const due = prepare(statements.due);
  const deleteExpired = prepare(statements.deleteExpired);
  const postpone = prepare(statements.postpone);
  const listBySubject = prepare(statements.listBySubject);
  const deleteBySubject = prepare(statements.deleteBySubject);

  const write = createWriteGroup(connection, busyTimeout);
  /** The arguments that `pattern` was built from: core passes the same object every time. */
  let known: PlainPayload | undefined;
  let pattern = '';

  /** Runs a query after a wait, during which another call may have discovered that the file was lost. */
  function checked<T>(run: () => T): T {
    connection.check();
    return run();
  }

  /** Synchronous unless the database is busy. */
  function query<T>(run: () => T): T | Promise<T> {
    if (connection.file && performance.now() >= connection.file.readDue) connection.check();
    try {
      return withoutTimeout ? withoutTimeout(run) : run();
    } catch (error) {
      if (!isBusy(error, connection.database)) throw explained(error, connection.directory);
      return whileBusy(connection, busyTimeout, () => checked(run));
    }
  }

  return {
    read(key) {
      // This is `query`, inlined because every request waits for it.
      if (withoutTimeout) return query(() => read.current.get(key) as SessionRecord | undefined);
      if (connection.file && performance.now() >= connection.file.readDue) connection.check();
      try {
        return read.current.get(key) as SessionRecord | undefined;
      } catch (error) {
        if (!isBusy(error, connection.database)) throw explained(error, connection.directory);
        return whileBusy(connection, busyTimeout, () =>
          checked(() => read.current.get(key) as SessionRecord | undefined),
        );
      }
    },

    insert: (record) => changed(write(() => insert.current.run(record).changes)),

    replace(oldKey, oldVersion, next) {
      const bindings = { ...next, oldKey, oldVersion };
      const sameKey = oldKey === next.key;
      return changed(
        write(
          () =>
            (sameKey && replaceContent.current.run(bindings).changes) ||
            replaceRow.current.run(bindings).changes,
        ),
      );
    },

    move: (oldKey, oldVersion, next, mark) =>
      changed(
        write(
          () =>
            move.current.run({
              ...next,
              oldKey,
              oldVersion,
              markVersion: mark.version,
              markExpiresAt: mark.expiresAt,
              markCreatedAt: mark.createdAt,
              markIdleTimeout: mark.idleTimeout,
              markSubject: mark.subject,
              markPayload: mark.payload,
            }).changes,
        ),
      ),

    save(record, createdAfter, plain) {
      if (plain !== known) {
        known = plain;
        pattern = `${literally(plain.start)}*${literally(plain.end)}`;
      }
      return changed(write(() => save.current.run({ ...record, createdAfter, plain: pattern }).changes));
    },

    touch: (key, now, expiresAt) => changed(write(() => touch.current.run({ key, now, expiresAt }).changes)),

    async delete(key) {
      await write(() => remove.current.run({ key }).changes, false);
    },

    deleteSession: (key) => changed(write(() => deleteSession.current.run({ key }).changes, false)),

    scan: (after, limit) => query(() => scan.current.all({ after: after ?? null, limit }) as SessionRecord[]),

    deleteExpired: createCollectGarbage({
      connection,
      write,
      isDue: (now) => query(() => due.current.get({ now }) !== undefined),
      deleteExpired,
      postpone,
    }),

    listBySubject: (subject) => query(() => listBySubject.current.all({ subject }) as SessionRecord[]),

    deleteBySubject: (subject, { exceptKey = null, onlyKey = null }) =>
      write(() => deleteBySubject.current.run({ subject, exceptKey, onlyKey }).changes, false),

    close: () => connection.close(),
  };
}

/** Escapes text for a `glob` pattern. */
function literally(text: string): string {
  return text.replace(/[[*?]/g, '[$&]');
}

function changed(changes: Awaitable<number>): Awaitable<boolean> {
  return typeof changes === 'number' ? changes > 0 : changes.then((count) => count > 0);
}
