import type { RecordStorage, SessionRecord } from '@store/core/driver';

/** A call of a storage's function. With `after` it waits until that record is no longer as it is given here. */
export interface StorageCall {
  call:
    | [name: 'touch', key: string, now: number, expiresAt: number]
    | [name: 'replace', key: string, version: number, next: SessionRecord]
    | [name: 'deleteExpired', now: number, limit: number]
    | [name: 'deleteBySubject', subject: string, options: object];
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
}

const attempts = 5000;
const turn = () => new Promise((resolve) => setImmediate(resolve));

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
      for (let n = 1; n <= attempts; n += 1) {
        if (!(await storage.touch(key, createdAt, expiresAt + n))) return;
        // A writer that never pauses could keep the other from its lock for as long as it likes.
        await turn();
      }
    },
    async replaceOften(record, times) {
      await changed(record);
      let refused = 0;
      let version = record.version;
      for (let n = 0; n < times; n += 1) {
        const next = { ...record, version: newVersion() };
        if (await storage.replace(record.key, version, next, Date.now())) version = next.version;
        else {
          refused += 1;
          version = (await storage.read(record.key))?.version ?? version;
        }
      }
      await storage.delete(record.key);
      return refused;
    },
  };
}
