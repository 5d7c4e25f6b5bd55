import type { Awaitable } from '../contract/awaitable.ts';
import type { RecordStorage, SessionRecord } from '../contract/record-storage.ts';
import { readClock } from '../rules/clock.ts';
import { isStoreError } from '../rules/errors.ts';
import { decodePayload } from '../rules/payload.ts';
import type { Report } from '../rules/report.ts';
import { effectiveExpiry, type ResolvedTimeouts } from '../rules/timeouts.ts';
import type { CallBackend } from './backend-call.ts';
import type { LiveSession } from './stored-session.ts';

/** Reads and writes records under the rules of core: what counts as live, and what a lost answer means. */
export interface RecordAccess {
  now(): number;
  read(key: string): Awaitable<SessionRecord | undefined>;
  isLive(record: Pick<SessionRecord, 'createdAt' | 'expiresAt'>, now: number): boolean;
  /**
   * The session in a record if it is live and readable; a payload that cannot be read is reported.
   *
   * @throws {StoreError} `INCOMPATIBLE` when a newer version of core wrote it.
   */
  open(record: SessionRecord | undefined, now: number): LiveSession | undefined;
  insert(record: SessionRecord): Promise<boolean>;
  /** `save` of the storage, or `insert` where it has none. @returns `false` when more has to be known */
  saveInOneStep(record: SessionRecord, createdAfter: number): Promise<boolean>;
  replace(key: string, version: number, next: SessionRecord): Promise<boolean>;
}

export interface RecordAccessParts {
  name: string;
  storage: RecordStorage;
  timeouts: ResolvedTimeouts;
  report: Report;
  callBackend: CallBackend;
}

export function createRecordAccess({
  name,
  storage,
  timeouts,
  report,
  callBackend,
}: RecordAccessParts): RecordAccess {
  const read = (key: string) => callBackend('read a session', () => storage.read(key));

  /**
   * Runs a write. When the backend fails the write may be there all the same (a connection lost after the commit): the
   * version, drawn for this write alone, tells. When it is not there the failure stands: it could still arrive, so
   * trying again by itself could count twice.
   */
  async function write(next: SessionRecord, attempt: () => PromiseLike<boolean> | boolean): Promise<boolean> {
    try {
      return await callBackend('write a session', attempt);
    } catch (error) {
      if (!isStoreError(error, 'UNAVAILABLE')) throw error;
      if ((await readIfPossible(next.key))?.version !== next.version) throw error;
      report({ type: 'answer-recovered', reason: 'the backend failed after the write had been done' });
      return true;
    }
  }

  async function readIfPossible(key: string): Promise<SessionRecord | undefined> {
    try {
      return await read(key);
    } catch {
      return undefined;
    }
  }

  const access: RecordAccess = {
    now: () => readClock(name, timeouts.now),
    read,
    isLive: (record, now) => now < effectiveExpiry(timeouts, record.createdAt, record.expiresAt),
    open(found, now) {
      if (!found || !access.isLive(found, now)) return undefined;
      const content = decodePayload(found.payload);
      // Whole, with the text: taking it out by a rest pattern, and spreading the rest, costs 4 % of a load.
      if (content) return { record: found, content };
      report({ type: 'unreadable-session', reason: 'the stored payload is damaged, or not one of ours' });
      return undefined;
    },
    insert: (record) => write(record, () => storage.insert(record)),
    saveInOneStep: (record, createdAfter) =>
      write(record, () => storage.save?.(record, createdAfter) ?? storage.insert(record)),
    replace: (key, version, next) => write(next, () => storage.replace(key, version, next)),
  };
  return access;
}
