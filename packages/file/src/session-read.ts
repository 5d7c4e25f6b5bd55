import type { SessionRecord } from '@store/core/driver';
import type { Layout } from './layout.ts';
import { readRecord } from './record-format.ts';
import { readFile } from './session-files.ts';

/** A session as it is found: the record, nothing, or a file that is damaged. */
export type FoundSession = { record: SessionRecord } | 'damaged' | undefined;

/** Reads a session without any lock. One that is moving is found under exactly one of its keys at any moment. */
export function readSession(layout: Layout, key: string): FoundSession {
  const found = readFile(layout.record(key));
  if (found?.head.kind !== 'moving') return sessionIn(found, key);
  // Where it is moving from, unless it got here while we looked there.
  return (
    sessionIn(readFile(layout.record(found.head.from)), key) ?? sessionIn(readFile(layout.record(key)), key)
  );
}

function sessionIn(found: ReturnType<typeof readFile>, key: string): FoundSession {
  if (found === undefined || found.head.kind === 'moving') return undefined;
  if (found.head.kind === 'damaged') return 'damaged';
  if (found.head.key !== key) return undefined;
  const record = readRecord(found.text, found.head);
  return record ? { record } : 'damaged';
}
