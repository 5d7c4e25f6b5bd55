import type { RecordStorage, SessionRecord } from '@store/core/driver';
import type { WholeStorage } from './memory-driver.ts';

/** A storage backend that breaks one promise, and the cases that must fail. */
export interface BrokenStorage {
  broken: string;
  fails: string[];
  how(
    storage: WholeStorage,
    records: Map<string, SessionRecord>,
    /** A round trip to the backend; fails while the backend is broken. */
    hop: () => Promise<void>,
  ): Partial<{ [name in keyof RecordStorage]: RecordStorage[name] | undefined }>;
}
