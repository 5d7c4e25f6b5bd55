import type { Awaitable, SessionRecord } from '../contract/drivers.ts';
import type { ResolvedTimeouts, SessionChange, UpdateOptions } from '../contract/session-store.ts';
import { newIdIsTaken } from '../errors.ts';
import { assertSessionContent } from '../format/json-value.ts';
import {
  assertPayloadFits,
  createRecordVersion,
  encodePayload,
  isEmptyPayload,
  type PayloadContent,
} from '../format/payload.ts';
import { assertSessionId, isSessionId, sessionKey } from '../format/session-id.ts';
import { assertSaveOptions, changesSubject } from '../options/options.ts';
import { nextExpiry } from '../options/timeouts.ts';
import { type Backend, mostAttempts, pauseAfterConflict, tooManyConflicts } from './backend.ts';
import { replaceAndRemove } from './end.ts';
import { isLive, type LiveSession, openRecord, sessionOfBase } from './load.ts';
import { move } from './move.ts';
import { type Batch, PendingUpdate, type UpdateQueue } from './update-queue.ts';

/** Changes a live session: checks the update and queues it with the session's other updates; `writeBatch` writes it. */
export function update(
  backend: Backend,
  queue: UpdateQueue,
  id: string,
  change: SessionChange,
  options: UpdateOptions = {},
): Awaitable<boolean> {
  assertSaveOptions(backend.name, 'update', options, id);
  const { newId } = options;
  if (newId !== undefined) assertSessionId(newId);
  if (!isSessionId(id)) return false;
  const newKey = newId === undefined || newId === id ? undefined : sessionKey(newId);
  const pending = new PendingUpdate(change, options, newKey);
  queue.add(sessionKey(id), pending);
  return pending.outcome();
}

/** One attempt at writing a batch; `written` is a promise only if the storage returned one. */
interface Attempt {
  /** The version that the attempt replaces, to tell a lost race from a taken id. */
  version: number;
  next: SessionRecord;
  ended: boolean;
  written: Awaitable<boolean>;
}

/**
 * Replays a batch of updates on the latest content until a compare-and-swap succeeds, and resolves or rejects each update.
 * Synchronous if the base is the latest content and the storage is synchronous.
 *
 * @returns the record now stored, or `undefined` if it is not known
 */
export function writeBatch(
  backend: Backend,
  { key, updates, known, onMove }: Batch,
): Awaitable<SessionRecord | undefined> {
  function succeed({ next, ended }: Attempt): SessionRecord | undefined {
    if (next.key !== key) onMove(next);
    resolveAll(updates, true);
    return ended ? undefined : next;
  }

  function attempt(current: LiveSession, now: number): Attempt | undefined {
    const payload = applyChanges(backend, updates, current);
    if (updates.length === 0) return undefined;
    const { version } = current.record;
    const next = nextRecord(backend.timeouts, current.record, updates, payload, now);
    if (next.key !== key)
      return { version, next, ended: false, written: move(backend, key, version, next, now) };
    if (endsNow(updates, next))
      return { version, next, ended: true, written: replaceAndRemove(backend, key, version) };
    return { version, next, ended: false, written: backend.replace(key, version, next, now) };
  }

  async function retry(first: Attempt | undefined): Promise<SessionRecord | undefined> {
    let last = first;
    for (let tries = 1; tries <= mostAttempts; tries++) {
      if (!last) {
        const found = await backend.read(key);
        const now = backend.timeouts.now();
        const session = openRecord(backend, found, now);
        if (!session || session === 'moved') {
          resolveAll(updates, false);
          return undefined;
        }
        last = attempt(session, now);
        if (!last) return undefined;
      }
      if (await last.written) return succeed(last);
      await pauseAfterConflict(tries);
      await noteConflict(last, tries);
      last = undefined;
    }
    throw tooManyConflicts(backend.name);
  }

  /** Reports that another write came first, or rejects the move if the new id is taken, since a replay would not help. */
  async function noteConflict({ version, next }: Attempt, tries: number): Promise<void> {
    if (next.key !== key && (await backend.read(key))?.version === version) {
      updates.pop()?.reject(newIdIsTaken(backend.name));
      return;
    }
    backend.report({ type: 'write-conflict', attempt: tries });
  }

  const fail = (error: unknown): undefined => {
    for (const each of updates) each.reject(error);
  };
  try {
    const now = backend.timeouts.now();
    const current = newestKnown(backend, key, updates, known, now);
    const first = current && attempt(current, now);
    if (current && !first) return undefined;
    if (first?.written === true) return succeed(first);
    return retry(first).catch(fail);
  } catch (error) {
    return fail(error);
  }
}

/** The latest state of the session that this process knows of; `undefined` if it has to be read. */
function newestKnown(
  backend: Backend,
  key: string,
  updates: PendingUpdate[],
  known: SessionRecord | undefined,
  now: number,
): LiveSession | undefined {
  if (known) {
    // Decoded from the payload again, because callers may have changed the objects they passed.
    const session = openRecord(backend, known, now);
    return session === 'moved' ? undefined : session;
  }
  for (const { base } of updates) {
    const session = sessionOfBase(key, base);
    // Another process may have touched the session since; only the backend knows.
    if (session) return isLive(backend, session.record, now) ? session : undefined;
  }
  return undefined;
}

/**
 * Applies each change to the result of the previous one. An update that throws, or makes the session too large, is rejected and
 * removed from the batch; the others continue.
 *
 * @returns the payload of the result
 */
function applyChanges(
  backend: Backend,
  updates: PendingUpdate[],
  { record, content: current }: LiveSession,
): string {
  let content = current;
  let payload = '';
  for (let index = 0; index < updates.length; ) {
    const update = updates[index] as PendingUpdate;
    try {
      if (isAnotherLogin(update, record.subject)) content = { data: {}, flash: {} };
      const next = update.change({ data: content.data, flash: content.flash });
      assertSessionContent(next);
      const { data, flash } = next;
      const expireOnClose = update.options.expireOnClose ?? content.expireOnClose;
      const changed: PayloadContent = { data, flash };
      if (expireOnClose !== undefined) changed.expireOnClose = expireOnClose;
      if (content.unknownFields !== undefined) changed.unknownFields = content.unknownFields;
      payload = encodePayload(changed);
      assertPayloadFits(backend.name, payload, backend.maxBytes, changed);
      content = changed;
      index++;
    } catch (error) {
      update.reject(error);
      updates.splice(index, 1);
    }
  }
  return payload;
}

/** Whether the update is a login over another subject's session, from which nothing may be kept. */
function isAnotherLogin({ newKey, options }: PendingUpdate, subject: string | null): boolean {
  return newKey !== undefined && changesSubject(subject, options.subject);
}

/** Whether the updates leave nothing that makes the session worth keeping. */
function endsNow(updates: PendingUpdate[], { subject, payload }: SessionRecord): boolean {
  return subject === null && isEmptyPayload(payload) && updates.every(({ options }) => options.endWhenEmpty);
}

function nextRecord(
  timeouts: ResolvedTimeouts,
  { key, subject, createdAt, idleTimeout }: LiveSession['record'],
  updates: PendingUpdate[],
  payload: string,
  now: number,
): SessionRecord {
  const next = { key, subject, createdAt, idleTimeout };
  for (const update of updates) {
    const { options, newKey } = update;
    if (isAnotherLogin(update, subject)) next.idleTimeout = null;
    if (options.idleTimeout !== undefined) next.idleTimeout = options.idleTimeout;
    if (newKey !== undefined) next.key = newKey;
    if (options.subject === undefined) continue;
    // A login is a new session, so its absolute timeout starts over.
    if (newKey !== undefined) next.createdAt = now;
    next.subject = options.subject;
  }
  const expiresAt = nextExpiry(timeouts, now, next.createdAt, next.idleTimeout);
  return { ...next, expiresAt, payload, version: createRecordVersion() };
}

function resolveAll(updates: PendingUpdate[], written: boolean): void {
  for (const update of updates) update.resolve(written);
}
