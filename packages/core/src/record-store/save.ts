import { type SessionRecord, tryAgain } from '../contract/drivers.ts';
import type { Awaitable, SessionData } from '../contract/session-content.ts';
import type { ResolvedTimeouts, SaveOptions } from '../contract/session-store.ts';
import { idWasGivenUp } from '../errors.ts';
import { assertSessionContent } from '../format/json-value.ts';
import { assertPayloadFits, encodePayload, markedKey } from '../format/payload.ts';
import { assertSessionId, sessionKey } from '../format/session-id.ts';
import { assertSaveOptions } from '../options/options.ts';
import { nextExpiry } from '../options/timeouts.ts';
import { isPromise } from '../store/assemble-store.ts';
import { mostAttempts, pauseAfterConflict, tooManyConflicts } from './attempts.ts';
import { createRecordVersion, type Records } from './records.ts';

/** Creates a session, or replaces the content of a live one. Synchronous where one step of the storage is enough. */
export function save(
  records: Records,
  id: string,
  data: SessionData,
  flash: SessionData,
  options: SaveOptions = {},
): Awaitable<void> {
  const fresh = freshRecord(records, id, data, flash, options);
  const now = fresh.createdAt;
  const saved = records.saveInOneStep(fresh, wholePeriodAfter(records.timeouts, now, fresh.idleTimeout), now);
  if (isPromise(saved))
    return saved.then((done) => (done === true ? undefined : saveOver(records, fresh, done === tryAgain)));
  return saved === true ? undefined : saveOver(records, fresh, saved === tryAgain);
}

/** Reads and replaces, where one step was not enough. */
async function saveOver(records: Records, first: SessionRecord, isFree: boolean): Promise<void> {
  let record = first;
  let mayInsert = isFree;
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const now = records.now();
    record = renewed(records, record, now);
    const found = mayInsert ? undefined : await records.read(record.key);
    const isLive = found && found.expiresAt > now;
    if (isLive && markedKey(found.payload) !== undefined) throw idWasGivenUp(records.name);
    const next = isLive && records.isLive(found, now) ? keepIdentity(records, found, record, now) : record;
    const written = await (found
      ? records.replace(record.key, found.version, next, now)
      : records.insert(next, now));
    if (written === true) return;
    mayInsert = false;
    if (written === false) records.report({ type: 'write-conflict', attempt });
    await pauseAfterConflict(attempt);
  }
  throw tooManyConflicts(records.name);
}

/** Creates a session only if no live session and no mark has the id. */
export async function create(
  records: Records,
  id: string,
  data: SessionData,
  flash: SessionData,
  options: SaveOptions = {},
): Promise<boolean> {
  const fresh = freshRecord(records, id, data, flash, options);
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const now = records.now();
    const next = renewed(records, fresh, now);
    const inserted = await records.insert(next, now);
    if (inserted === true) return true;
    if (inserted === false) {
      const found = await records.read(fresh.key);
      if (found) {
        const isMark = found.expiresAt > now && markedKey(found.payload) !== undefined;
        if (isMark || records.isLive(found, now)) return false;
        if ((await records.replace(fresh.key, found.version, next, now)) === true) return true;
      }
    }
    await pauseAfterConflict(attempt);
  }
  throw tooManyConflicts(records.name);
}

/** @throws {StoreError} for everything that cannot be stored, before anything is written. */
function freshRecord(
  records: Records,
  id: string,
  data: SessionData,
  flash: SessionData,
  options: SaveOptions,
): SessionRecord {
  assertSessionId(id);
  assertSaveOptions(records.name, options);
  assertSessionContent({ data, flash });
  const { subject = null, idleTimeout = null, expireOnClose } = options;
  const payload = encodePayload(
    expireOnClose === undefined ? { data, flash } : { data, flash, expireOnClose },
  );
  assertPayloadFits(records.name, payload, records.maxBytes, { data, flash });
  const now = records.now();
  return {
    key: sessionKey(id),
    payload,
    subject,
    version: createRecordVersion(),
    createdAt: now,
    expiresAt: nextExpiry(records.timeouts, now, now, idleTimeout),
    idleTimeout,
  };
}

/** The same content for another attempt, at another time. */
function renewed({ timeouts }: Records, record: SessionRecord, now: number): SessionRecord {
  const expiresAt = nextExpiry(timeouts, now, now, record.idleTimeout);
  return { ...record, version: createRecordVersion(), createdAt: now, expiresAt };
}

/** A live session that is saved over stays the same session: its beginning, its subject, its own idle timeout. */
function keepIdentity(
  { timeouts }: Records,
  found: SessionRecord,
  fresh: SessionRecord,
  now: number,
): SessionRecord {
  const { createdAt } = found;
  const subject = fresh.subject ?? found.subject;
  const idleTimeout = fresh.idleTimeout ?? found.idleTimeout;
  const expiresAt = nextExpiry(timeouts, now, createdAt, idleTimeout);
  return { ...fresh, createdAt, subject, idleTimeout, expiresAt };
}

/**
 * Sessions created later than this live a whole idle period from `now` on: the absolute limit cuts nothing off it. Never
 * below 0, where marks are.
 */
function wholePeriodAfter(
  { idleTimeout, absoluteTimeout }: ResolvedTimeouts,
  now: number,
  ownIdleTimeout: number | null,
): number {
  if (absoluteTimeout === false) return 0;
  return Math.max(0, now + ((ownIdleTimeout ?? idleTimeout) - absoluteTimeout) * 1000);
}
