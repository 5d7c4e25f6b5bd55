import { isSessionId } from '../rules/session-id.ts';
import { sessionKey } from '../rules/session-key.ts';
import { effectiveExpiry, nextExpiry } from '../rules/timeouts.ts';
import type { StoreMethods } from './assemble-store.ts';
import { isPromise } from './backend-call.ts';
import type { RecordEngine } from './record-engine.ts';
import { assertBase, missingSession, sessionOfBase, storedSession } from './stored-session.ts';

/** `load`, and `touch`, which changes nothing but the clock. */
export function createRecordReads({
  name,
  storage,
  timeouts,
  callBackend,
  access,
}: RecordEngine): Pick<StoreMethods, 'load' | 'touch'> {
  return {
    async load(id) {
      if (!isSessionId(id)) return missingSession(id);
      const now = access.now();
      const found = access.read(sessionKey(id));
      const session = access.open(isPromise(found) ? await found : found, now);
      if (!session) return missingSession(id);
      const { createdAt, subject, idleTimeout, version } = session.record;
      const expiresAt = effectiveExpiry(timeouts, createdAt, session.record.expiresAt);
      return storedSession(id, session.content, { createdAt, expiresAt, subject, idleTimeout, version });
    },

    async touch(id, { base } = {}) {
      if (!isSessionId(id)) return false;
      assertBase(name, id, base);
      const key = sessionKey(id);
      const now = access.now();
      let record = sessionOfBase(key, base)?.record;
      // An expired base may have been touched by others since; only the backend knows.
      if (!record || !access.isLive(record, now)) record = await access.read(key);
      if (!record || !access.isLive(record, now)) return false;
      const expiresAt = nextExpiry(timeouts, now, record.createdAt, record.idleTimeout);
      return callBackend('touch a session', () => storage.touch(key, now, expiresAt));
    },
  };
}
