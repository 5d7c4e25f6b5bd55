import type { RecordStorage, SessionRecord } from '@store/core/driver';

/** A call to a storage function. With `after`, it waits until the stored record differs from the given one. */
export interface StorageCall {
  call:
    | [name: 'touch', key: string, now: number, expiresAt: number]
    | [name: 'replace', key: string, version: number, next: SessionRecord]
    | [name: 'deleteExpired', now: number, limit: number]
    | [name: 'deleteBySubject', subject: string, options: object];
  after?: SessionRecord;
}

/**
 * The jobs that another process can run on its bare storage while others work on the same records. There is no start signal: a job
 * that must overlap with another process watches the records. Every loop ends, even on a broken storage.
 */
export interface StorageJobs {
  /** Makes the calls one after another. @returns the results */
  inTurn(calls: StorageCall[]): Promise<unknown[]>;
  /** Touches the record until it is gone. */
  touchUntilGone(record: SessionRecord): Promise<void>;
  /**
   * Waits for a touch, then replaces the record this many times as its only writer, and deletes it.
   *
   * @returns how many replacements were refused
   */
  replaceOften(record: SessionRecord, times: number): Promise<number>;
}

const attempts = 5000;
const turn = () => new Promise((resolve) => setImmediate(resolve));

const newVersion = () => Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);

/** Makes the jobs for a storage backend. */
export function createStorageJobs(storage: RecordStorage): StorageJobs {
  /** Waits for a change. Yields to the event loop, so that a process that is no longer needed can be told to stop. */
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
        // A writer that never pauses could starve the other process of its lock.
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
