import type { SessionRecord } from '@store/core/driver';
import type { Layout } from './layout.ts';
import { type FoundRecord, readRecordOf } from './record-file.ts';

/** A session as it is found: the record, nothing, or a file that is damaged. */
export type FoundSession = { record: SessionRecord } | 'damaged' | undefined;

/** Reads a session without any lock. One that is moving is found under exactly one of its keys at any moment. */
export function readSession(layout: Layout, key: string): FoundSession {
  const found = readRecordOf(layout.record(key));
  if (found?.head.kind !== 'moving') return sessionIn(found, key);
  // It is here once the old file says so, unless the move has been finished while we looked there.
  const source = readRecordOf(layout.record(found.head.from));
  if (source?.head.kind === 'moved' && source.head.to === key) return sessionIn(found, key);
  const again = readRecordOf(layout.record(key));
  return again?.head.kind === 'moving' ? undefined : sessionIn(again, key);
}

function sessionIn(found: FoundRecord | undefined, key: string): FoundSession {
  if (found?.head.kind === 'damaged') return 'damaged';
  return found?.record?.key === key ? { record: found.record } : undefined;
}
