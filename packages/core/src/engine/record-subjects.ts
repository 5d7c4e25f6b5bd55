import type { SessionSummary } from '../contract/session-summary.ts';
import { assertSessionId } from '../rules/session-id.ts';
import { isSessionKey, sessionKey } from '../rules/session-key.ts';
import { assertSubject } from '../rules/subject.ts';
import { effectiveExpiry } from '../rules/timeouts.ts';
import type { StoreMethods } from './assemble-store.ts';
import type { RecordEngine } from './record-engine.ts';
import { unsupported } from './unsupported.ts';

/** `list` and `destroyAll`, for storages that keep subjects. */
export function createRecordSubjects({
  name,
  storage,
  timeouts,
  callBackend,
  access,
}: RecordEngine): Pick<StoreMethods, 'list' | 'destroyAll'> {
  const noSubjects = 'its backend keeps no subjects';

  return {
    async list(subject) {
      assertSubject(subject);
      if (!storage.listBySubject) throw unsupported(name, 'list', noSubjects);
      const now = access.now();
      const records = await callBackend(
        'list the sessions of a subject',
        () => storage.listBySubject?.(subject) ?? [],
      );
      const summaries: SessionSummary[] = [];
      for (const found of records) {
        const session = access.open(found, now);
        if (!session) continue;
        const { key, createdAt, expiresAt } = session.record;
        summaries.push({
          handle: key,
          createdAt,
          expiresAt: effectiveExpiry(timeouts, createdAt, expiresAt),
          data: session.content.data,
        });
      }
      return summaries.sort((a, b) => b.createdAt - a.createdAt);
    },

    async destroyAll(subject, { except, only } = {}) {
      assertSubject(subject);
      if (except !== undefined) assertSessionId(except);
      if (!storage.deleteBySubject) throw unsupported(name, 'destroyAll', noSubjects);
      // A handle comes back from a page: one that cannot be ours names no session.
      if (only !== undefined && !isSessionKey(only)) return 0;
      const options = {
        ...(except !== undefined && { exceptKey: sessionKey(except) }),
        ...(only !== undefined && { onlyKey: only }),
      };
      return callBackend(
        'remove the sessions of a subject',
        () => storage.deleteBySubject?.(subject, options) ?? 0,
      );
    },
  };
}
