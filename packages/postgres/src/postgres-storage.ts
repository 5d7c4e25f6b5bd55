import { randomInt } from 'node:crypto';
import {
  type PlainPayload,
  type RecordStorage,
  type SessionRecord,
  type TryAgain,
  tryAgain,
} from '@store/core/driver';
import type { Result } from './connection/client-query.ts';
import type { Connection } from './connection/connection.ts';
import { isCollision, isTaken, isUndone, unavailable } from './errors.ts';
import { toRecord, toValues } from './schema/sessions-table.ts';
import { createTableGuard } from './schema/table-guard.ts';
import type { TableLocation } from './schema/table-names.ts';
import { toArray, toColumns, writeBatchStatements } from './statements/batch-statements.ts';
import { createBatcher, runAlone, withPromise } from './statements/batcher.ts';
import { createCollectGarbage } from './statements/collect-garbage.ts';
import { writeStatements } from './statements/statements.ts';

interface Save {
  record: SessionRecord;
  createdAfter: number;
  /** Does not change between calls. */
  plain: PlainPayload;
}
interface Replacement {
  version: number;
  next: SessionRecord;
}
interface Touch {
  key: string;
  now: number;
  expiresAt: number;
}

/**
 * Keeps session records in one table of a PostgreSQL database. Every function is one statement, hence one transaction, and its
 * result depends on the rows it changed. Calls of the same kind that are waiting at the same moment share a statement. A write that
 * PostgreSQL rolled back because it collided with another returns `tryAgain`.
 *
 * Kysely generates the SQL once, here; the text then runs as prepared statements.
 */
export function createPostgresStorage(
  { run, start, close }: Connection,
  location: TableLocation,
  prepare: boolean,
): RecordStorage {
  const one = writeStatements(location, prepare);
  const many = writeBatchStatements(location, prepare);
  const guard = createTableGuard(run, location);

  const read = createBatcher<string, SessionRecord | undefined>({
    isUndone,
    concurrency: 2,
    runOne(key, resolve, reject) {
      const found = ({ rows: [row] }: Result) => {
        if (row) resolve(toRecord(row));
        else unlessHidden(undefined).then(resolve, reject);
      };
      start(one.read, [key], found, reject);
    },
    async runMany(keys) {
      const { rows } = await run(many.read, toArray(keys));
      const found = new Map<string, SessionRecord>();
      for (const row of rows) {
        const record = toRecord(row);
        found.set(record.key, record);
      }
      if (found.size < keys.length) await guard.checkLately();
      return keys.map((key) => found.get(key));
    },
  });

  const oneWritten =
    (resolve: (written: boolean) => void, reject: (error: unknown) => void) =>
    ({ count }: Result) => {
      if (count === 1) resolve(true);
      else unlessHidden(false).then(resolve, reject);
    };

  /** A record that is not found may be hidden; without this check every user would look signed out. */
  async function unlessHidden<T>(result: T): Promise<T> {
    await guard.checkLately();
    return result;
  }

  const save = createBatcher<Save, boolean>({
    isUndone,
    keyOf: ({ record }) => record.key,
    sizeOf: ({ record }) => record.payload.length,
    runOne: withPromise(
      async ({ record, createdAfter, plain: { start, end } }) =>
        (await run(one.save, ...toValues(record), createdAfter, start, end)).count === 1,
    ),
    async runMany(saves) {
      const records = saves.map(({ record }) => record);
      // A batch has one limit, the latest. A save that is refused under it, but allowed under its own, runs again alone.
      const createdAfter = Math.max(...saves.map((each) => each.createdAfter));
      const { start, end } = (saves[0] as Save).plain;
      const results = written(await run(many.save, ...toColumns(records), createdAfter, start, end), records);
      return results.map((result, index) => {
        return result === runAlone && saves[index]?.createdAfter === createdAfter ? false : result;
      });
    },
  });

  const replace = createBatcher<Replacement, boolean>({
    isUndone,
    keyOf: ({ next }) => next.key,
    sizeOf: ({ next }) => next.payload.length,
    runOne({ version, next }, resolve, reject) {
      start(one.replace, [...toValues(next), next.key, version], oneWritten(resolve, reject), reject);
    },
    async runMany(replacements) {
      const records = replacements.map(({ next }) => next);
      const versions = toArray(replacements.map(({ version }) => version));
      return written(await run(many.replace, ...toColumns(records), versions), records);
    },
  });

  const touch = createBatcher<Touch, boolean>({
    isUndone,
    keyOf: ({ key }) => key,
    runOne({ key, now, expiresAt }, resolve, reject) {
      start(one.touch, [key, now, expiresAt], oneWritten(resolve, reject), reject);
    },
    async runMany(touches) {
      const now = toArray(touches.map((each) => each.now));
      const expiresAt = toArray(touches.map((each) => each.expiresAt));
      return written(await run(many.touch, toArray(touches.map(({ key }) => key)), now, expiresAt), touches);
    },
  });

  const deleteSession = createBatcher<string, boolean>({
    isUndone,
    keyOf: (key) => key,
    runOne: withPromise(async (key) => {
      if ((await run(one.deleteSession, key)).count === 1) return true;
      await guard.check();
      await outlastInserts(key);
      return false;
    }),
    async runMany(keys) {
      const removals = keys.map((key) => ({ key }));
      return written(await run(many.deleteSession, toArray(keys)), removals);
    },
  });

  const collectGarbage = createCollectGarbage(run, location, prepare);

  /**
   * A key without a visible row may belong to an uncommitted insert whose caller has timed out. An insert of our own waits for it
   * in the unique index; any insert that comes later finds that its deadline has passed.
   *
   * @returns whether the key is free
   */
  async function outlastInserts(key: string): Promise<boolean> {
    const fence = { ...expired, key, version: randomInt(2 ** 47) };
    if ((await run(one.insert, ...toValues(fence))).count === 0) return false;
    await run(one.removeFence, key, fence.version);
    return true;
  }

  async function remove(key: string): Promise<void> {
    for (let attempt = 1; attempt <= mostDeletes; attempt++) {
      if ((await run(one.delete, key)).count > 0) return;
      await guard.check();
      if (await outlastInserts(key)) return;
    }
    throw unavailable(
      'The row of a session still exists after repeated deletes. Find out what keeps it, such as a trigger that writes it again.',
    );
  }

  return {
    read,
    insert: (record) => orTryAgain(run(one.insert, ...toValues(record)).then(({ count }) => count === 1)),
    save: (record, createdAfter, plain) => orTryAgain(save({ record, createdAfter, plain })),
    replace: (key, version, next) =>
      orTryAgain(
        key === next.key
          ? replace({ version, next })
          : unlessTaken(run(one.rename, ...toValues(next), key, version)),
      ),
    move: (key, version, next, mark) =>
      orTryAgain(unlessTaken(run(one.move, ...toValues(next), key, version, ...markValues(mark)))),
    touch: (key, now, expiresAt) => orTryAgain(touch({ key, now, expiresAt })),
    deleteSession: (key) => orTryAgain(deleteSession(key)),
    delete: (key) => orTryAgain(remove(key)),
    async deleteExpired(now, limit) {
      await guard.checkLately();
      return collectGarbage(now, limit);
    },
    async scan(after = '', limit) {
      const { rows } = await run(one.scan, after, limit);
      if (rows.length < limit) await guard.check();
      return rows.map(toRecord);
    },
    async listBySubject(subject) {
      const { rows } = await run(one.listBySubject, subject);
      await guard.check();
      return rows.map(toRecord);
    },
    async deleteBySubject(subject, { exceptKey = null, onlyKey = null }) {
      // Before and after: a policy that hid rows during the delete may just have been removed.
      await guard.check();
      const deleted = await orTryAgain(run(one.deleteBySubject, subject, exceptKey, onlyKey));
      if (deleted === tryAgain) return tryAgain;
      await guard.check();
      return deleted.count;
    },
    close,
  };
}

/** How many times to delete a row that keeps coming back. */
const mostDeletes = 20;

/** A record that belongs to no session: readers treat it as missing, and garbage collection removes it first. */
const expired = { payload: '', subject: null, createdAt: 0, expiresAt: 0, idleTimeout: null };

function markValues(mark: SessionRecord) {
  const [, ...values] = toValues(mark);
  return values;
}

/** The result of a write; `tryAgain` if PostgreSQL rolled it back because it collided with another. */
async function orTryAgain<T>(write: Promise<T>): Promise<T | TryAgain> {
  try {
    return await write;
  } catch (error) {
    if (isCollision(error)) return tryAgain;
    throw error;
  }
}

/** Whether one row was written; `false` when the new key belongs to another session. */
async function unlessTaken(written: Promise<{ count: number }>): Promise<boolean> {
  try {
    return (await written).count === 1;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
}

/** A row that was not written is missing, changed, or locked by another transaction. Run alone, its statement waits and finds out which. */
function written(
  { rows }: { rows: (string | null)[][] },
  items: { key: string }[],
): (true | typeof runAlone)[] {
  const keys = new Set(rows.map(([key]) => key));
  return items.map(({ key }) => keys.has(key) || runAlone);
}
