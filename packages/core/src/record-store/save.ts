import { type Awaitable, isPromise, type SessionRecord } from '../contract/drivers.ts';
import type { ResolvedTimeouts, SaveOptions } from '../contract/session-store.ts';
import type { SessionData } from '../contract/stored-session.ts';
import { sessionMoved } from '../errors.ts';
import { assertSessionContent } from '../format/json-value.ts';
import { isCurrentMark, isMark } from '../format/mark.ts';
import {
  assertPayloadFits,
  createRecordVersion,
  decodePayload,
  encodePayload,
  type PayloadContent,
  plainPayload,
} from '../format/payload.ts';
import { assertSessionId, sessionKey } from '../format/session-id.ts';
import { assertSaveOptions, changesSubject } from '../options/options.ts';
import { nextExpiry } from '../options/timeouts.ts';
import { type Backend, mostAttempts, pauseAfterConflict, tooManyConflicts } from './backend.ts';
import { isLive } from './load.ts';

/** Creates a session, or replaces the content of a live one. Synchronous if one synchronous storage call is enough. */
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
      ? storage.save(fresh, wholePeriodAfter(timeouts, now, fresh.idleTimeout), plainPayload)
      : storage.insert(fresh, now),
  );
  if (isPromise(saved)) return saved.then((done) => (done ? undefined : saveOver(backend, fresh)));
  return saved ? undefined : saveOver(backend, fresh);
}

/** The slow path when one call was not enough: reads the record, then replaces it or inserts a new one. */
async function saveOver(backend: Backend, first: SessionRecord): Promise<void> {
  let record = first;
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const now = backend.timeouts.now();
    record = renewed(backend, record, now);
    const found = await backend.read(record.key);
    if (found && isCurrentMark(found, now)) throw sessionMoved(backend.name);
    const continues = found && !isMark(found) && isLive(backend, found, now);
    const next = continues ? keepIdentity(backend, found, record, now) : record;
    const written = await (found
      ? backend.replace(record.key, found.version, next, now)
      : backend.insert(next, now));
    if (written) return;
    backend.report({ type: 'write-conflict', attempt });
    await pauseAfterConflict(attempt);
  }
  throw tooManyConflicts(backend.name);
}

/** Creates a session unless the id belongs to a live session or a current mark. */
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
    if (await backend.insert(next, now)) return true;
    const found = await backend.read(fresh.key);
    if (found) {
      if (isMark(found) ? isCurrentMark(found, now) : isLive(backend, found, now)) return false;
      if (await backend.replace(fresh.key, found.version, next, now)) return true;
    }
    await pauseAfterConflict(attempt);
  }
  throw tooManyConflicts(backend.name);
}

/** @throws {StoreError} before anything is written, if any part of the session cannot be stored. */
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

/** The same content with a new version and new times, for another attempt. */
function renewed({ timeouts }: Backend, record: SessionRecord, now: number): SessionRecord {
  const expiresAt = nextExpiry(timeouts, now, now, record.idleTimeout);
  return { ...record, version: createRecordVersion(), createdAt: now, expiresAt };
}

/** Overwriting a live session keeps its `createdAt`, subject, lifetime and unknown fields. */
function keepIdentity(
  backend: Backend,
  found: SessionRecord,
  fresh: SessionRecord,
  now: number,
): SessionRecord {
  const { createdAt } = found;
  const payload = mergePayload(backend, found, fresh);
  const subject = fresh.subject ?? found.subject;
  const idleTimeout = isOfAnother(found, fresh)
    ? fresh.idleTimeout
    : (fresh.idleTimeout ?? found.idleTimeout);
  const expiresAt = nextExpiry(backend.timeouts, now, createdAt, idleTimeout);
  return { ...fresh, payload, createdAt, subject, idleTimeout, expiresAt };
}

/** Whether the subject changes, in which case nothing from the old session is kept except `createdAt`. */
function isOfAnother(found: SessionRecord, fresh: SessionRecord): boolean {
  return changesSubject(found.subject, fresh.subject ?? undefined);
}

/**
 * The new content, together with the other fields of the existing session.
 *
 * @throws {StoreError} `INCOMPATIBLE` when a newer version of core wrote the existing session.
 */
function mergePayload({ name, maxBytes }: Backend, found: SessionRecord, fresh: SessionRecord): string {
  const { expireOnClose, unknownFields } = decodePayload(found.payload) ?? {};
  if (expireOnClose === undefined && unknownFields === undefined) return fresh.payload;
  if (isOfAnother(found, fresh)) return fresh.payload;
  const content = { ...(decodePayload(fresh.payload) as PayloadContent) };
  if (expireOnClose !== undefined) content.expireOnClose ??= expireOnClose;
  if (unknownFields !== undefined) content.unknownFields = unknownFields;
  const payload = encodePayload(content);
  assertPayloadFits(name, payload, maxBytes, content);
  return payload;
}

/** The creation time after which a session can be extended by a whole idle period without reaching the absolute limit. */
function wholePeriodAfter(
  { idleTimeout, absoluteTimeout }: ResolvedTimeouts,
  now: number,
  ownIdleTimeout: number | null,
): number {
  if (absoluteTimeout === false) return 0;
  return now + ((ownIdleTimeout ?? idleTimeout) - absoluteTimeout) * 1000;
}
