import type { PlainPayload, SessionRecord } from '@store/core/driver';
import type { HeldRecord, HoldRecord } from './held-record.ts';
import type { RecordHead } from './record-format.ts';
import { slotBytes } from './record-slots.ts';
import type { SubjectIndex } from './subject-index.ts';

/** Writes in place, of sessions whose key stays. Each answers `undefined`, with nothing written, where that cannot be. */
export interface SessionRewrites {
  /** Writes another version over this one. @returns `false` when it is another by now, or gone */
  replace(version: number, next: SessionRecord): Promise<boolean | undefined>;
  /** Writes over a session that goes on as `RecordStorage.save` says. @returns `false` when another begins there */
  saveOver(record: SessionRecord, createdAfter: number, plain: PlainPayload): Promise<boolean | undefined>;
}

export function createSessionRewrites(holdRecord: HoldRecord, index: SubjectIndex): SessionRewrites {
  function rewrite(held: HeldRecord, version: number, next: SessionRecord) {
    const { head } = held;
    if (head?.kind !== 'record' || head.version !== version) return false;
    markNew(index, head, next);
    const end = (written: boolean) => {
      if (written) unmarkOld(index, head, next);
      return written || undefined;
    };
    const written = held.rewrite(next);
    return written instanceof Promise ? written.then(end) : end(written);
  }

  return {
    async replace(version, next) {
      // Surely too long for a slot: not worth the lock.
      if (next.payload.length > slotBytes) return undefined;
      return holdRecord(next.key, (held) => rewrite(held, version, next));
    },

    async saveOver(record, createdAfter, plain) {
      const { key, createdAt, idleTimeout } = record;
      return holdRecord(key, ({ head, payload, rewrite }) => {
        if (head?.kind !== 'record') return undefined;
        const subject = record.subject ?? head.subject;
        const goesOn = head.expiresAt > createdAt && head.createdAt > createdAfter;
        if (!goesOn || head.idleTimeout !== idleTimeout || head.subject !== subject) return false;
        if (!payload?.startsWith(plain.start) || !payload.endsWith(plain.end)) return false;
        return rewrite({ ...record, subject, createdAt: head.createdAt });
      });
    },
  };
}

/** Before a record gets its subject. */
export function markNew(index: SubjectIndex, head: RecordHead, { key, subject }: SessionRecord): void {
  if (subject !== null && subject !== head.subject) index.add(subject, key);
}

/** After a record has lost its subject. */
export function unmarkOld(index: SubjectIndex, head: RecordHead, { key, subject }: SessionRecord): void {
  if (head.subject !== null && subject !== head.subject) index.remove(head.subject, key);
}
