import { type Awaitable, isPromise, type SessionRecord } from '../contract/drivers.ts';
import type { ResolvedTimeouts, SaveOptions, SessionData } from '../contract/session-store.ts';
import { idWasGivenUp } from '../errors.ts';
import { assertSessionContent } from '../format/json-value.ts';
import { isCurrentMark, isMark } from '../format/mark.ts';
import { assertPayloadFits, createRecordVersion, encodePayload } from '../format/payload.ts';
import { assertSessionId, sessionKey } from '../format/session-id.ts';
import { assertSaveOptions } from '../options/options.ts';
import { nextExpiry } from '../options/timeouts.ts';
import { type Backend, mostAttempts, pauseAfterConflict, tooManyConflicts } from './backend.ts';
import { isLive } from './load.ts';

/** Creates a session, or replaces the content of a live one. Synchronous where one step of the storage is enough. */
export function save(
  backend: Backend,
  id: string,
  data: SessionData,
  flash: SessionData,
  options: SaveOptions = {},
): Awaitable<void> {
  const fresh = freshRecord(backend, 'save', id, data, flash, options);
  const now = fresh.createdAt;
  const { storage, timeouts } = backend;
  const saved = backend.write(fresh, () =>
    storage.save
      ? storage.save(fresh, wholePeriodAfter(timeouts, now, fresh.idleTimeout))
      : storage.insert(fresh, now),
  );
  if (isPromise(saved)) return saved.then((done) => (done === true ? undefined : saveOver(backend, fresh)));
  return saved === true ? undefined : saveOver(backend, fresh);
}

/** Reads, and replaces what is found or inserts where nothing is, when one step was not enough. */
async function saveOver(backend: Backend, first: SessionRecord): Promise<void> {
  let record = first;
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const now = backend.timeouts.now();
    record = renewed(backend, record, now);
    const found = await backend.read(record.key);
    if (found && isCurrentMark(found, now)) throw idWasGivenUp(backend.name);
    const continues = found && !isMark(found) && isLive(backend, found, now);
    const next = continues ? keepIdentity(backend, found, record, now) : record;
    const written = await (found
      ? backend.replace(record.key, found.version, next, now)
      : backend.insert(next, now));
    if (written === true) return;
    if (written === false) backend.report({ type: 'write-conflict', attempt });
    await pauseAfterConflict(attempt);
  }
  throw tooManyConflicts(backend.name);
}

/** Creates a session only if no live session and no mark has the id. */
export async function create(
  backend: Backend,
  id: string,
  data: SessionData,
  flash: SessionData,
  options: SaveOptions = {},
): Promise<boolean> {
  const fresh = freshRecord(backend, 'create', id, data, flash, options);
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const now = backend.timeouts.now();
    const next = renewed(backend, fresh, now);
    const inserted = await backend.insert(next, now);
    if (inserted === true) return true;
    if (inserted === false) {
      const found = await backend.read(fresh.key);
      if (found) {
        if (isMark(found) ? isCurrentMark(found, now) : isLive(backend, found, now)) return false;
        if ((await backend.replace(fresh.key, found.version, next, now)) === true) return true;
      }
    }
    await pauseAfterConflict(attempt);
  }
  throw tooManyConflicts(backend.name);
}

/** @throws {StoreError} for everything that cannot be stored, before anything is written. */
function freshRecord(
  backend: Backend,
  method: 'save' | 'create',
  id: string,
  data: SessionData,
  flash: SessionData,
  options: SaveOptions,
): SessionRecord {
  assertSessionId(id);
  assertSaveOptions(backend.name, method, options);
  assertSessionContent({ data, flash });
  const { subject = null, idleTimeout = null, expireOnClose } = options;
  const payload = encodePayload(
    expireOnClose === undefined ? { data, flash } : { data, flash, expireOnClose },
  );
  assertPayloadFits(backend.name, payload, backend.maxBytes, { data, flash });
  const now = backend.timeouts.now();
  return {
    key: sessionKey(id),
    payload,
    subject,
    version: createRecordVersion(),
    createdAt: now,
    expiresAt: nextExpiry(backend.timeouts, now, now, idleTimeout),
    idleTimeout,
  };
}

/** The same content for another attempt, at another time. */
function renewed({ timeouts }: Backend, record: SessionRecord, now: number): SessionRecord {
  const expiresAt = nextExpiry(timeouts, now, now, record.idleTimeout);
  return { ...record, version: createRecordVersion(), createdAt: now, expiresAt };
}

/** A live session that is saved over stays the same session: its beginning, its subject, its own idle timeout. */
function keepIdentity(
  { timeouts }: Backend,
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

/** A session created later than this can be extended by a whole idle period without reaching the absolute limit. */
function wholePeriodAfter(
  { idleTimeout, absoluteTimeout }: ResolvedTimeouts,
  now: number,
  ownIdleTimeout: number | null,
): number {
  if (absoluteTimeout === false) return 0;
  return now + ((ownIdleTimeout ?? idleTimeout) - absoluteTimeout) * 1000;
}
