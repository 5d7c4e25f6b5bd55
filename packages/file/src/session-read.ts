import type { SessionRecord } from '@store/core/driver';
import type { Layout } from './layout.ts';
import { type FoundRecord, readRecordOf } from './record-file.ts';

/** A session as it is found: the record, nothing, or a file that is damaged. */
export type FoundSession = { record: SessionRecord } | 'damaged' | undefined;

/** Reads a session without any lock. One that is moving is found under exactly one of its keys at any moment. */
export function readSession(layout: Layout, key: string): FoundSession {
  const found = readRecordOf(layout.record(key));
  if (found?.head.kind !== 'moving') return sessionIn(found, key);
  // Where it is moving from, unless it got here while we looked there.
  return (
    sessionIn(readRecordOf(layout.record(found.head.from)), key) ??
    sessionIn(readRecordOf(layout.record(key)), key)
  );
}

function sessionIn(found: FoundRecord | undefined, key: string): FoundSession {
  if (found?.head.kind === 'damaged') return 'damaged';
  return found?.record?.key === key ? { record: found.record } : undefined;
}
