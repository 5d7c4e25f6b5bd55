import { type SessionRecord, type TryAgain, tryAgain } from '../contract/drivers.ts';
import type { Awaitable, SessionContent } from '../contract/session-content.ts';
import type { ResolvedTimeouts } from '../contract/session-store.ts';
import { newIdIsTaken } from '../errors.ts';
import { assertSessionContent } from '../format/json-value.ts';
import { assertPayloadFits, encodePayload, type PayloadContent } from '../format/payload.ts';
import { nextExpiry } from '../options/timeouts.ts';
import { isPromise } from '../store/assemble-store.ts';
import { mostAttempts, pauseAfterConflict, tooManyConflicts } from './attempts.ts';
import { createRecordVersion, type LiveSession, type Records, sessionOfBase } from './records.ts';
import type { PendingUpdate } from './update-queue.ts';

/**
 * Replays a batch of updates on the newest content until a compare-and-swap wins, and resolves or rejects each. Never fails itself;
 * without a promise when the base is the newest content and the storage is synchronous.
 *
 * @param known What the last write of this queue left, so that this one need not read.
 * @param onMove Called once the session has moved, before any caller hears so.
 * @returns what is stored now, or `undefined` when that is not known
 */
export function writeBatch(
  records: Records,
  key: string,
  batch: PendingUpdate[],
  known: SessionRecord | undefined,
  onMove: (moved: SessionRecord) => void,
): Awaitable<SessionRecord | undefined> {
  const updates = inOrder(batch);
  const fail = (error: unknown): undefined => {
    for (const update of updates) update.reject(error);
  };
  const succeed = (next: SessionRecord): SessionRecord | undefined => {
    const hasMoved = next.key !== key;
    const hasEnded = !hasMoved && endsNow(updates, next);
    if (hasMoved) onMove(next);
    resolveAll(updates, true);
    return hasEnded ? undefined : next;
  };

  /** One write; a promise only if the storage has one. */
  function attempt(
    current: LiveSession,
  ): { next: SessionRecord; written: Awaitable<boolean | TryAgain> } | undefined {
    const payload = applyChanges(records, updates, current);
    if (updates.length === 0) return undefined;
    const now = records.now();
    const next = nextRecord(records.timeouts, current.record, updates, payload, now);
    const { version } = current.record;
    if (next.key !== key) return { next, written: records.move(key, version, next, now) };
    if (endsNow(updates, next)) return { next, written: records.deleteVersion({ ...next, version }, now) };
    return { next, written: records.replace(key, version, next, now) };
  }

  async function readAndWrite(
    first: LiveSession | undefined,
    firstWrite: { next: SessionRecord; written: Awaitable<boolean | TryAgain> } | undefined,
  ): Promise<SessionRecord | undefined> {
    let current = first;
    let write = firstWrite;
    for (let tries = 1; tries <= mostAttempts; tries++) {
      if (!write) {
        const found = records.open(await records.read(key), records.now());
        if (!found || found === 'moved') {
          resolveAll(updates, false);
          return undefined;
        }
        current = found;
        write = attempt(found);
        if (!write) return undefined;
      }
      const written = await write.written;
      if (written === true) return succeed(write.next);
      await pauseAfterConflict(tries);
      if (written !== tryAgain) await noteConflict(write.next, current, tries);
      write = undefined;
    }
    throw tooManyConflicts(records.name);
  }

  /** Another write came first, or the new id is taken, which replaying would not change. */
  async function noteConflict(
    next: SessionRecord,
    current: LiveSession | undefined,
    tries: number,
  ): Promise<void> {
    if (next.key !== key && (await records.read(key))?.version === current?.record.version) {
      updates.pop()?.reject(newIdIsTaken(records.name));
      return;
    }
    records.report({ type: 'write-conflict', attempt: tries });
  }

  try {
    const current = newestKnown(records, key, updates, known);
    const write = current && attempt(current);
    if (current && !write) return undefined;
    if (write && !isPromise(write.written) && write.written === true) return succeed(write.next);
    return readAndWrite(current, write).catch(fail);
  } catch (error) {
    return fail(error);
  }
}

/** What the session holds as far as this process knows; `undefined` when it has to be read. */
function newestKnown(
  records: Records,
  key: string,
  updates: PendingUpdate[],
  known: SessionRecord | undefined,
): LiveSession | undefined {
  const now = records.now();
  if (known) {
    // Read back from its payload: the objects belong to the callers, who may change them.
    const session = records.open(known, now);
    return session === 'moved' ? undefined : session;
  }
  for (const { base } of updates) {
    const session = sessionOfBase(key, base);
    // An expired base may have been touched by others since; only the backend knows.
    if (session) return records.isLive(session.record, now) ? session : undefined;
  }
  return undefined;
}

/** Moves come last, so that whatever waited with one is applied before it. Of several only the first finds the session. */
function inOrder(batch: PendingUpdate[]): PendingUpdate[] {
  if (batch.length === 1) return batch;
  const [move, ...late] = batch.filter((update) => update.newKey !== undefined);
  if (!move) return batch;
  resolveAll(late, false);
  return [...batch.filter((update) => update.newKey === undefined), move];
}

/**
 * Applies each change to what the one before left. One that throws, or makes the session too large, is rejected and taken
 * out; the others continue.
 *
 * @returns the payload of the result
 */
function applyChanges(
  records: Records,
  updates: PendingUpdate[],
  { record, content: current }: LiveSession,
): string {
  let content = current;
  let payload = '';
  for (let index = 0; index < updates.length; ) {
    const update = updates[index] as PendingUpdate;
    try {
      if (isAnotherLogin(update, record.subject)) content = { data: {}, flash: {} };
      const { data, flash } = checked(update.change({ data: content.data, flash: content.flash }));
      const expireOnClose = update.options.expireOnClose ?? content.expireOnClose;
      const changed: PayloadContent = { data, flash };
      if (expireOnClose !== undefined) changed.expireOnClose = expireOnClose;
      payload = encodePayload(changed);
      assertPayloadFits(records.name, payload, records.maxBytes, changed);
      content = changed;
      index++;
    } catch (error) {
      update.reject(error);
      updates.splice(index, 1);
    }
  }
  return payload;
}

/** A login that takes the place of the session of another subject, whose content must not come along. */
function isAnotherLogin({ options }: PendingUpdate, subject: string | null): boolean {
  return (
    options.followMoves === true &&
    subject !== null &&
    options.subject !== undefined &&
    options.subject !== subject
  );
}

function checked(content: SessionContent): SessionContent {
  assertSessionContent(content);
  return content;
}

const emptyPayload = encodePayload({ data: {}, flash: {} });

/** Whether the updates leave nothing that a session would be kept for. */
function endsNow(updates: PendingUpdate[], { subject, payload }: SessionRecord): boolean {
  if (subject !== null || !payload.startsWith(emptyPayload.slice(0, -1))) return false;
  return updates.every(({ options }) => options.endWhenEmpty);
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
    // A login is a new session: it may live its whole absolute time.
    if (newKey !== undefined) next.createdAt = now;
    next.subject = options.subject;
  }
  const expiresAt = nextExpiry(timeouts, now, next.createdAt, next.idleTimeout);
  return { ...next, expiresAt, payload, version: createRecordVersion() };
}

function resolveAll(updates: PendingUpdate[], written: boolean): void {
  for (const update of updates) update.resolve(written);
}
