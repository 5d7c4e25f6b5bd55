import type { RecordStorage, SessionRecord } from '@store/core/driver';

/** A call of a storage's function. With `after` it waits until that record is no longer as it is given here. */
export interface StorageCall {
  call:
    | ['touch', key: string, now: number, expiresAt: number]
    | ['replace', key: string, version: number, next: SessionRecord]
    | ['delete', key: string]
    | ['deleteExpired', now: number, limit: number]
    | ['deleteBySubject', subject: string, options: object];
  after?: SessionRecord;
}

/**
 * What another process can be asked to do with its bare storage while others work on the same records. Nobody is told when
 * to begin: whoever has to find the other at work looks at the records. Every loop ends, also over a broken storage.
 */
export interface StorageJobs {
  /** Calls one after another. @returns the answers */
  inTurn(calls: StorageCall[]): Promise<unknown[]>;
  /** Touches the record until it is gone. */
  touchUntilGone(record: SessionRecord): Promise<void>;
  /** Once the record has been touched replaces it so many times, as the only one who does, and deletes it. @returns how often that was refused */
  replaceOften(record: SessionRecord, times: number): Promise<number>;
  /** Touches and replaces each record until it is gone. */
  writeUntilGone(records: SessionRecord[]): Promise<void>;
  /** Saves over the record until it is gone. */
  saveUntilGone(record: SessionRecord): Promise<void>;
  /** So many times gives the record an idle timeout with which nobody may save over it, and its old one back; then deletes it. */
  forbidSaves(record: SessionRecord, times: number): Promise<{ done: number; overwritten: number }>;
}

const attempts = 5000;
const saves = 50_000;
const writesPerRecord = 200;
const turnsBetweenWrites = 50;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Leaves room between two writes, in which the other process gets at the record. */
async function turns(): Promise<void> {
  for (let left = turnsBetweenWrites; left > 0; left -= 1) await turn();
}

const newVersion = () => Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);

/** The jobs, done on a storage. */
export function createStorageJobs(storage: RecordStorage): StorageJobs {
  /** Lets the event loop turn, so that a process that is no longer needed can be told so. */
  async function changed(before: SessionRecord): Promise<void> {
    for (let left = attempts; left > 0; left -= 1) {
      const found = await storage.read(before.key);
      if (found?.version !== before.version || found.expiresAt !== before.expiresAt) return;
      await turn();
    }
  }

  return {
    async inTurn(calls) {
      const answers: unknown[] = [];
      for (const { call, after } of calls) {
        if (after) await changed(after);
        const [name, ...args] = call;
        const work = storage[name] as (...args: unknown[]) => unknown;
        answers.push(await work(...args));
      }
      return answers;
    },
    async touchUntilGone({ key, createdAt, expiresAt }) {
      for (let n = 1; n <= attempts; n += 1)
        if (!(await storage.touch(key, createdAt, expiresAt + n))) return;
    },
    async replaceOften(record, times) {
      await changed(record);
      let refused = 0;
      let version = record.version;
      for (let n = 0; n < times; n += 1) {
        const next = { ...record, version: newVersion() };
        if (await storage.replace(record.key, version, next)) version = next.version;
        else {
          refused += 1;
          version = (await storage.read(record.key))?.version ?? version;
        }
      }
      await storage.delete(record.key);
      return refused;
    },
    async writeUntilGone(records) {
      for (const record of records) {
        let { version } = record;
        for (let left = writesPerRecord; left > 0; left -= 1) {
          const next = { ...record, version: newVersion() };
          await storage.touch(record.key, record.createdAt, record.expiresAt + left);
          if (!(await storage.replace(record.key, version, next))) break;
          version = next.version;
        }
      }
    },
    async saveUntilGone(record) {
      for (let left = saves; left > 0; left -= 1) {
        const saved = await storage.save?.({ ...record, version: newVersion() }, Number.MIN_SAFE_INTEGER);
        if (!saved && !(await storage.read(record.key))) return;
      }
    },
    async forbidSaves(record, times) {
      await changed(record);
      let done = 0;
      let overwritten = 0;
      for (let left = saves; left > 0 && done < times; left -= 1) {
        const found = await storage.read(record.key);
        if (!found) break;
        const forbidden = { ...found, version: newVersion(), idleTimeout: 61 };
        if (!(await storage.replace(record.key, found.version, forbidden))) continue;
        done += 1;
        await turns();
        const allowed = { ...forbidden, version: newVersion(), idleTimeout: record.idleTimeout };
        if (!(await storage.replace(record.key, forbidden.version, allowed))) overwritten += 1;
        await turns();
      }
      await storage.delete(record.key);
      return { done, overwritten };
    },
  };
}
