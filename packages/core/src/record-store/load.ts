import { type Awaitable, isPromise, type SessionRecord } from '../contract/drivers.ts';
import type { TouchOptions } from '../contract/session-store.ts';
import { missingSession, type StoredSession } from '../contract/stored-session.ts';
import { isCurrentMark, markLife } from '../format/mark.ts';
import { decodePayload, type PayloadContent } from '../format/payload.ts';
import { isSessionId, sessionKey } from '../format/session-id.ts';
import { assertMethodOptions } from '../options/options.ts';
import { clockSkew, effectiveExpiry, nextExpiry } from '../options/timeouts.ts';
import { type Backend, mostAttempts, pauseAfterConflict, tooManyConflicts } from './backend.ts';

/** A live session: its record, without the payload, and its content. */
export interface LiveSession {
  record: Omit<SessionRecord, 'payload'>;
  content: PayloadContent;
  /** When the session ends under the current limits. */
  expiresAt: number;
}

/** Reads the record of a session and decides whether it is live. Synchronous if the storage is. */
export function load(backend: Backend, id: string): Awaitable<StoredSession> {
  if (!isSessionId(id)) return missingSession(id);
  const now = backend.timeouts.now();
  return backend.readAs(sessionKey(id), (found) => loaded(backend, id, found, now));
}

function loaded(backend: Backend, id: string, found: SessionRecord | undefined, now: number): StoredSession {
  const session = openRecord(backend, found, now);
  if (session === undefined) return missingSession(id);
  if (session === 'moved') return { ...missingSession(id), moved: true };
  const { record, content, expiresAt } = session;
  const { createdAt, version } = record;
  const stored: StoredSession = {
    id,
    exists: true,
    data: content.data,
    flash: content.flash,
    createdAt,
    expiresAt,
    version,
  };
  // Leave a field out rather than set it to `undefined`.
  if (record.subject !== null) stored.subject = record.subject;
  if (record.idleTimeout !== null) stored.idleTimeout = record.idleTimeout;
  if (content.expireOnClose !== undefined) stored.expireOnClose = content.expireOnClose;
  if (content.unknownFields !== undefined) stored.unknownFields = content.unknownFields;
  return stored;
}

/**
 * The session in a record, if it is live and readable. An unreadable payload is reported.
 *
 * @returns `moved` for the mark left by a session that has moved to another id
 * @throws {StoreError} `INCOMPATIBLE` when a newer version of core wrote it.
 */
export function openRecord(
  { timeouts, report }: Backend,
  found: SessionRecord | undefined,
  now: number,
): LiveSession | 'moved' | undefined {
  if (!found) return undefined;
  // The check from `isMark`, inlined because every load runs it.
  if (found.idleTimeout === 0) return isCurrentMark(found, now) ? 'moved' : undefined;
  const expiresAt = effectiveExpiry(timeouts, found.createdAt, found.expiresAt);
  if (now >= expiresAt) return undefined;
  const content = decodePayload(found.payload);
  if (content) return { record: found, content, expiresAt };
  report({
    type: 'unreadable-session',
    reason: 'the stored payload is damaged, or @store/core did not write it',
  });
  return undefined;
}

/** Whether a record has not expired under the current limits. Its payload is not checked. */
export function isLive(
  { timeouts }: Backend,
  { createdAt, expiresAt }: Pick<SessionRecord, 'createdAt' | 'expiresAt'>,
  now: number,
): boolean {
  return now < effectiveExpiry(timeouts, createdAt, expiresAt);
}

/** The session that a `base` describes; `undefined` if it lacks what is needed to skip the read. */
export function sessionOfBase(key: string, base: StoredSession | undefined): LiveSession | undefined {
  if (!base?.exists) return undefined;
  const { data, flash, createdAt, expiresAt, version, subject = null, idleTimeout = null } = base;
  if (createdAt === undefined || expiresAt === undefined || version === undefined) return undefined;
  const content: PayloadContent = { data, flash };
  if (base.expireOnClose !== undefined) content.expireOnClose = base.expireOnClose;
  if (base.unknownFields !== undefined) content.unknownFields = base.unknownFields;
  return { record: { key, version, createdAt, expiresAt, subject, idleTimeout }, content, expiresAt };
}

/** How far a mark's `expiresAt` can be ahead of this server's clock: the life of a mark plus the clock skew. */
const longestMarkLife = markLife + clockSkew;

/**
 * Restarts the idle period, in one call to the backend if `base` does not expire soon.
 *
 * `RecordStorage.touch` does not compare versions: it could extend a mark that has just replaced the session, and so report a dead
 * id as alive. It is therefore used only for records that expire later than any mark can.
 */
export function touch(backend: Backend, id: string, options: TouchOptions = {}): Awaitable<boolean> {
  assertMethodOptions(backend.name, 'touch', options, id);
  if (!isSessionId(id)) return false;
  const key = sessionKey(id);
  const now = backend.timeouts.now();
  const known = sessionOfBase(key, options.base)?.record;
  // If the base expires soon, another process may have touched the session since; only the backend knows.
  if (!known || !isLive(backend, known, now + longestMarkLife)) return readAndTouch(backend, key);
  const touched = touchRecord(backend, known, now);
  if (isPromise(touched)) return touched.then((done) => done || readAndTouch(backend, key));
  return touched || readAndTouch(backend, key);
}

async function readAndTouch(backend: Backend, key: string): Promise<boolean> {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const found = await backend.read(key);
    // Taken after the read, so that any mark stored before the read expires within `longestMarkLife` of this time.
    const now = backend.timeouts.now();
    const session = openRecord(backend, found, now);
    if (!found || session === undefined || session === 'moved') return false;
    const outlivesMarks = found.expiresAt > now + longestMarkLife;
    const touched = await (outlivesMarks
      ? touchRecord(backend, found, now)
      : replaceExpiry(backend, found, now));
    if (touched) return true;
    await pauseAfterConflict(attempt);
  }
  throw tooManyConflicts(backend.name);
}

function touchRecord(
  backend: Backend,
  { key, createdAt, idleTimeout }: LiveSession['record'],
  now: number,
): Awaitable<boolean> {
  const expiresAt = nextExpiry(backend.timeouts, now, createdAt, idleTimeout);
  return backend.repeat('touch a session', () =>
    backend.storage.touch(key, now + longestMarkLife, expiresAt),
  );
}

/** A touch that compares the version but does not change it, so that no update loses a race to it. */
function replaceExpiry(backend: Backend, found: SessionRecord, now: number): Awaitable<boolean> {
  const { key, version, createdAt, idleTimeout } = found;
  const expiresAt = nextExpiry(backend.timeouts, now, createdAt, idleTimeout);
  // At the absolute limit, the session cannot be extended.
  if (expiresAt <= found.expiresAt) return true;
  return backend.repeat('touch a session', () =>
    backend.storage.replace(key, version, { ...found, expiresAt }, now),
  );
}
