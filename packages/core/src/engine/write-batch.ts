import type { SessionRecord } from '../contract/record-storage.ts';
import type { SessionContent } from '../contract/session-content.ts';
import { StoreError } from '../rules/errors.ts';
import { assertSessionContent } from '../rules/json-value.ts';
import { encodePayload } from '../rules/payload.ts';
import { createRecordVersion } from '../rules/record-version.ts';
import type { Report } from '../rules/report.ts';
import { nextExpiry, type ResolvedTimeouts } from '../rules/timeouts.ts';
import { mostAttempts, pauseAfterConflict, tooManyConflicts } from './conflict-retry.ts';
import type { RecordAccess } from './record-access.ts';
import { type LiveSession, sessionOfBase } from './stored-session.ts';
import type { PendingUpdate, WriteBatch } from './update-queue.ts';

export interface WriteBatchParts {
  name: string;
  timeouts: ResolvedTimeouts;
  access: RecordAccess;
  report: Report;
}

/** Replays a batch of updates on the newest content until a compare-and-swap wins. */
export function createWriteBatch({ name, timeouts, access, report }: WriteBatchParts): WriteBatch {
  async function write(
    key: string,
    updates: PendingUpdate[],
    known: SessionRecord | undefined,
  ): Promise<SessionRecord | undefined> {
    // What was written before is read back from its payload: the objects belong to the callers, who may change them.
    let current = known ? access.open(known, access.now()) : baseOf(key, updates);
    // An expired base may have been touched by others since; only the backend knows.
    if (!current || !access.isLive(current.record, access.now())) {
      current = access.open(await access.read(key), access.now());
    }
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      if (!current) {
        settle(updates, false);
        return undefined;
      }
      const content = applyChanges(updates, current.content);
      if (updates.length === 0) return undefined;

      const now = access.now();
      const next = nextRecord(current.record, updates, content, now);
      if (await access.replace(key, current.record.version, next)) {
        settle(updates, true);
        return next;
      }
      await pauseAfterConflict(attempt);
      const newest = await access.read(key);
      if (next.key !== key && newest?.version === current.record.version) refuseMove(updates);
      else report({ type: 'write-conflict', attempt });
      current = access.open(newest, access.now());
    }
    throw tooManyConflicts(name);
  }

  function nextRecord(
    { key, subject, createdAt, idleTimeout }: LiveSession['record'],
    updates: PendingUpdate[],
    content: SessionContent,
    now: number,
  ): SessionRecord {
    const next = { key, subject, createdAt, idleTimeout };
    for (const { options, newKey } of updates) {
      if (options.idleTimeout !== undefined) next.idleTimeout = options.idleTimeout;
      if (newKey !== undefined) next.key = newKey;
      if (options.subject === undefined) continue;
      // A login is a new session: it may live its whole absolute time.
      if (newKey !== undefined && options.subject !== next.subject) next.createdAt = now;
      next.subject = options.subject;
    }
    const expiresAt = nextExpiry(timeouts, now, next.createdAt, next.idleTimeout);
    return { ...next, expiresAt, payload: encodePayload(content), version: createRecordVersion() };
  }

  return async (key, batch, known) => {
    const updates = inOrder(batch);
    try {
      return await write(key, updates, known);
    } catch (error) {
      for (const update of updates) update.reject(error);
      return undefined;
    }
  };
}

/** Moves come last, so that whatever waited with one is applied before it. Of several only the first finds the session. */
function inOrder(batch: PendingUpdate[]): PendingUpdate[] {
  const [move, ...late] = batch.filter((update) => update.newKey !== undefined);
  if (!move) return batch;
  settle(late, false);
  return [...batch.filter((update) => update.newKey === undefined), move];
}

function baseOf(key: string, updates: PendingUpdate[]): LiveSession | undefined {
  for (const { base } of updates) {
    const session = sessionOfBase(key, base);
    if (session) return session;
  }
  return undefined;
}

/** Applies each change to what the one before left. One that throws is settled and taken out; the others go on. */
function applyChanges(updates: PendingUpdate[], current: SessionContent): SessionContent {
  let content = current;
  for (const update of [...updates]) {
    try {
      const changed = update.change(content);
      assertSessionContent(changed);
      content = changed;
    } catch (error) {
      update.reject(error);
      updates.splice(updates.indexOf(update), 1);
    }
  }
  return content;
}

function refuseMove(updates: PendingUpdate[]): void {
  const move = updates.pop();
  move?.reject(
    new StoreError(
      'CONFLICT',
      '[@store/core] newId belongs to another session. Make one with createSessionId().',
    ),
  );
}

function settle(updates: PendingUpdate[], written: boolean): void {
  for (const update of updates) update.resolve(written);
}
