import type { SessionRecord } from '../contract/record-storage.ts';
import { assertSessionContent } from '../rules/json-value.ts';
import { encodePayload } from '../rules/payload.ts';
import { createRecordVersion } from '../rules/record-version.ts';
import { assertSaveOptions } from '../rules/save-options.ts';
import { assertSessionId, isSessionId } from '../rules/session-id.ts';
import { sessionKey } from '../rules/session-key.ts';
import { nextExpiry, wholePeriodAfter } from '../rules/timeouts.ts';
import type { StoreMethods } from './assemble-store.ts';
import { mostAttempts, pauseAfterConflict, tooManyConflicts } from './conflict-retry.ts';
import type { RecordEngine } from './record-engine.ts';
import { assertBase } from './stored-session.ts';
import { createUpdateQueue } from './update-queue.ts';
import { createWriteBatch } from './write-batch.ts';

/** `save`, `update` and `destroy`. */
export function createRecordWrites({
  name,
  storage,
  timeouts,
  report,
  callBackend,
  access,
}: RecordEngine): Pick<StoreMethods, 'save' | 'update' | 'destroy'> {
  const enqueue = createUpdateQueue(createWriteBatch({ name, timeouts, access, report }));

  return {
    async save(id, data, flash, options = {}) {
      assertSessionId(id);
      assertSaveOptions(name, options);
      assertSessionContent({ data, flash });
      const key = sessionKey(id);
      const payload = encodePayload({ data, flash });

      for (let attempt = 1; attempt <= mostAttempts; attempt++) {
        const now = access.now();
        const { subject = null, idleTimeout = null } = options;
        const fresh = {
          key,
          payload,
          subject,
          version: createRecordVersion(),
          createdAt: now,
          expiresAt: nextExpiry(timeouts, now, now, idleTimeout),
          idleTimeout,
        };
        if (await access.saveInOneStep(fresh, wholePeriodAfter(timeouts, now, idleTimeout))) return;

        const found = await access.read(key);
        const next = found && access.isLive(found, now) ? keepIdentity(found, fresh, now) : fresh;
        if (await (found ? access.replace(key, found.version, next) : access.insert(next))) return;
        report({ type: 'write-conflict', attempt });
        await pauseAfterConflict(attempt);
      }
      throw tooManyConflicts(name);
    },

    async update(id, change, options = {}) {
      const { base, newId } = options;
      assertBase(name, id, base);
      assertSaveOptions(name, options);
      if (newId !== undefined) assertSessionId(newId);
      if (!isSessionId(id)) return false;
      const newKey = newId === undefined || newId === id ? undefined : sessionKey(newId);
      return new Promise((resolve, reject) => {
        enqueue(sessionKey(id), { change, options, base, newKey, resolve, reject });
      });
    },

    async destroy(id) {
      if (!isSessionId(id)) return;
      await callBackend('remove a session', () => storage.delete(sessionKey(id)));
    },
  };

  /** A live session that is saved over stays the same session: its beginning, its subject, its own idle timeout. */
  function keepIdentity(found: SessionRecord, fresh: SessionRecord, now: number): SessionRecord {
    const { createdAt } = found;
    const subject = fresh.subject ?? found.subject;
    const idleTimeout = fresh.idleTimeout ?? found.idleTimeout;
    return {
      ...fresh,
      createdAt,
      subject,
      idleTimeout,
      expiresAt: nextExpiry(timeouts, now, createdAt, idleTimeout),
    };
  }
}
