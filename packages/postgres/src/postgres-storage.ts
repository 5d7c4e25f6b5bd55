import type { RecordStorage, SessionRecord } from '@store/core/driver';
import { toArray, toColumns, writeBatchStatements } from './batch-statements.ts';
import { createCollectGarbage } from './collect-garbage.ts';
import type { Connection } from './connection.ts';
import { alone, createGather } from './gather.ts';
import { toRecord, toValues } from './sessions-table.ts';
import { isTaken, isUndone } from './sql-state.ts';
import { writeStatements } from './statements.ts';
import type { TableLocation } from './table-names.ts';

interface Save {
  record: SessionRecord;
  createdAfter: number;
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
 * Keeps session records in one table of a PostgreSQL database. Every function is one statement and so one transaction; what it
 * changed decides what its caller hears. Those of one kind that wait at the same moment share one.
 *
 * Kysely writes the SQL once, here; what runs is its text, as prepared statements.
 */
export function createPostgresStorage(
  { run, close }: Connection,
  location: TableLocation,
  prepare: boolean,
): RecordStorage {
  const one = writeStatements(location, prepare);
  const many = writeBatchStatements(location, prepare);
  const mayGoAlone = isUndone;

  const read = createGather<string, SessionRecord | undefined>({
    mayGoAlone,
    lanes: 2,
    alone: (key) => run(one.read, key).then(({ rows }) => rows[0] && toRecord(rows[0])),
    async together(keys) {
      const { rows } = await run(many.read, toArray(keys));
      const found = new Map<string, SessionRecord>();
      for (const row of rows) {
        const record = toRecord(row);
        found.set(record.key, record);
      }
      return keys.map((key) => found.get(key));
    },
  });

  const save = createGather<Save, boolean>({
    mayGoAlone,
    nameOf: ({ record }) => record.key,
    weightOf: ({ record }) => record.payload.length,
    alone: async ({ record, createdAfter }) =>
      (await run(one.save, ...toValues(record), createdAfter)).count === 1,
    async together(saves) {
      const records = saves.map(({ record }) => record);
      // One limit for all, the latest: only what it refuses, and its own would not, goes again.
      const createdAfter = Math.max(...saves.map((each) => each.createdAfter));
      const answers = written(await run(many.save, ...toColumns(records), createdAfter), records);
      return answers.map((answer, index) => {
        return answer === alone && saves[index]?.createdAfter === createdAfter ? false : answer;
      });
    },
  });

  const replaceOne = async (key: string, version: number, next: SessionRecord) => {
    try {
      return (await run(one.replace, ...toValues(next), key, version)).count === 1;
    } catch (error) {
      if (isTaken(error)) return false;
      throw error;
    }
  };

  const replace = createGather<Replacement, boolean>({
    mayGoAlone,
    nameOf: ({ next }) => next.key,
    weightOf: ({ next }) => next.payload.length,
    alone: ({ version, next }) => replaceOne(next.key, version, next),
    async together(replacements) {
      const records = replacements.map(({ next }) => next);
      const versions = toArray(replacements.map(({ version }) => version));
      return written(await run(many.replace, ...toColumns(records), versions), records);
    },
  });

  const touch = createGather<Touch, boolean>({
    mayGoAlone,
    nameOf: ({ key }) => key,
    alone: async ({ key, now, expiresAt }) => (await run(one.touch, key, now, expiresAt)).count === 1,
    async together(touches) {
      const now = toArray(touches.map((each) => each.now));
      const expiresAt = toArray(touches.map((each) => each.expiresAt));
      return written(await run(many.touch, toArray(touches.map(({ key }) => key)), now, expiresAt), touches);
    },
  });

  const remove = createGather<string, unknown>({
    mayGoAlone,
    nameOf: (key) => key,
    alone: (key) => run(one.delete, key),
    async together(keys) {
      const items = keys.map((key) => ({ key }));
      return written(await run(many.delete, toArray(keys)), items);
    },
  });

  return {
    read,
    insert: async (record) => (await run(one.insert, ...toValues(record))).count === 1,
    save: (record, createdAfter) => save({ record, createdAfter }),
    replace: (key, version, next) =>
      key === next.key ? replace({ version, next }) : replaceOne(key, version, next),
    touch: (key, now, expiresAt) => touch({ key, now, expiresAt }),
    async delete(key) {
      await remove(key);
    },
    deleteExpired: createCollectGarbage(run, location, prepare),
    async listBySubject(subject) {
      return (await run(one.listBySubject, subject)).rows.map(toRecord);
    },
    async deleteBySubject(subject, { exceptKey = null, onlyKey = null }) {
      return (await run(one.deleteBySubject, subject, exceptKey, onlyKey)).count;
    },
    close,
  };
}

/** A row that was not written is missing, has changed, or is held by somebody else: alone, its statement waits and tells. */
function written({ rows }: { rows: (string | null)[][] }, items: { key: string }[]): (true | typeof alone)[] {
  const keys = new Set(rows.map(([key]) => key));
  return items.map(({ key }) => keys.has(key) || alone);
}
