import type { BrokenStorage } from './broken-storage.ts';

export const brokenRemovals: BrokenStorage[] = [
  {
    broken: 'deleteSession also removes marks',
    fails: [
      'move.chain',
      'move.not-counted',
      'move.destroyed',
      'move.race',
      'move.login-logout',
      'move.race-clear',
      'storage.delete-session',
      'storage.delete-session-race',
    ],
    how: (_storage, records, hop) => ({
      deleteSession: async (key) => hop().then(() => records.delete(key)),
    }),
  },
  {
    broken: 'deleteSession reads first and removes later',
    fails: [
      'move.destroyed',
      'move.race',
      'move.login-logout',
      'move.race-clear',
      'storage.delete-session-race',
    ],
    how: (_storage, records, hop) => ({
      async deleteSession(key) {
        if (!records.has(key) || records.get(key)?.idleTimeout === 0) return false;
        await hop();
        return records.delete(key);
      },
    }),
  },
  {
    broken: 'deleteSession removes the version it saw',
    fails: ['storage.delete-session'],
    how: (_storage, records, hop) => ({
      async deleteSession(key) {
        const found = records.get(key);
        if (!found || found.idleTimeout === 0) return false;
        await hop();
        return records.get(key)?.version === found.version && records.delete(key);
      },
    }),
  },
  {
    broken: 'deleteSession returns true for a missing record',
    fails: ['move.not-counted', 'storage.delete-session'],
    how: (storage, records) => ({
      deleteSession: async (key) => (await storage.deleteSession(key)) === true || !records.has(key),
    }),
  },
  {
    broken: 'deleteSession returns true for a mark that it leaves in place',
    fails: [
      'move.chain',
      'move.not-counted',
      'move.destroyed',
      'move.race',
      'move.login-logout',
      'move.race-clear',
      'storage.delete-session',
      'storage.delete-session-race',
    ],
    how: (storage, records) => ({
      deleteSession: async (key) => (await storage.deleteSession(key)) === true || records.has(key),
    }),
  },
  {
    broken: 'deleteSession spares unreadable records',
    fails: ['storage.delete-session'],
    how: (storage, records) => ({
      async deleteSession(key) {
        try {
          JSON.parse(records.get(key)?.payload ?? '{}');
        } catch {
          return false;
        }
        return storage.deleteSession(key);
      },
    }),
  },
  {
    broken: "deleteSession spares records that have expired by the machine's clock",
    fails: ['storage.delete-session'],
    how: (storage, records) => ({
      async deleteSession(key) {
        const { expiresAt = 0 } = records.get(key) ?? {};
        return expiresAt > Date.now() && storage.deleteSession(key);
      },
    }),
  },
  {
    broken: 'deleteExpired ignores the limit',
    fails: ['storage.delete-expired'],
    how: (storage) => ({ deleteExpired: (now) => storage.deleteExpired(now, 1e9) }),
  },
  {
    broken: 'deleteExpired also removes records that expire in the next second',
    fails: ['gc.expired-only', 'storage.delete-expired'],
    how: (storage) => ({ deleteExpired: (now, limit) => storage.deleteExpired(now + 1000, limit) }),
  },
  {
    broken: 'deleteExpired spares records that expire now',
    fails: [
      'time.application-clock',
      'unreadable.gc',
      'gc.expired-only',
      'gc.many',
      'gc.at-once',
      'gc.instances',
      'storage.delete-expired',
    ],
    how: (storage) => ({ deleteExpired: (now, limit) => storage.deleteExpired(now - 1, limit) }),
  },
  {
    broken: 'deleteExpired reads first and removes later',
    fails: ['gc.instances', 'gc.race', 'storage.delete-expired-race'],
    how: (_, records, hop) => ({
      async deleteExpired(now, limit) {
        await hop();
        const expired = [...records.values()].filter(({ expiresAt }) => expiresAt <= now).slice(0, limit);
        await hop();
        await hop();
        for (const { key } of expired) records.delete(key);
        return expired.length;
      },
    }),
  },
  {
    broken: "deleteExpired uses the machine's clock",
    fails: [
      'time.application-clock',
      'move.collected',
      'unreadable.gc',
      'gc.expired-only',
      'gc.many',
      'gc.at-once',
      'gc.instances',
      'storage.delete-expired',
      'storage.delete-expired-moved-on',
      'storage.try-again',
      'destroy.erases',
    ],
    how: (storage) => ({ deleteExpired: (_now, limit) => storage.deleteExpired(Date.now(), limit) }),
  },
  {
    broken: 'deleteExpired does not count',
    fails: [
      'time.application-clock',
      'move.collected',
      'gc.expired-only',
      'gc.many',
      'gc.at-once',
      'gc.instances',
      'storage.delete-expired',
      'storage.delete-expired-moved-on',
      'storage.delete-expired-race',
      'storage.try-again',
    ],
    how: (storage) => ({
      async deleteExpired(now, limit) {
        await storage.deleteExpired(now, limit);
        return 0;
      },
    }),
  },
  {
    broken: 'listBySubject ignores case',
    fails: ['subjects.exact', 'storage.subjects'],
    how: (_, records, hop) => ({
      listBySubject: async (subject) =>
        hop().then(() => {
          const all = [...records.values()];
          return all.filter((record) => record.subject?.toLowerCase() === subject.toLowerCase());
        }),
    }),
  },
  {
    broken: "listBySubject leaves out records that have expired by the machine's clock",
    fails: ['storage.subjects'],
    how: (storage) => ({
      listBySubject: async (subject) =>
        (await storage.listBySubject(subject)).filter(({ expiresAt }) => expiresAt > Date.now()),
    }),
  },
  {
    broken: 'deleteBySubject deletes onlyKey whatever the subject',
    fails: ['subjects.given-up', 'subjects.only', 'storage.subjects'],
    how: (storage, records) => ({
      async deleteBySubject(subject, options) {
        if (options.onlyKey === undefined) return storage.deleteBySubject(subject, options);
        return records.delete(options.onlyKey) ? 1 : 0;
      },
    }),
  },
  {
    broken: 'deleteBySubject ignores exceptKey',
    fails: [
      'move.not-listed',
      'subjects.given-up',
      'subjects.destroy-all',
      'subjects.only',
      'unreadable.subjects',
      'storage.subjects',
      'storage.try-again',
    ],
    how: (storage) => ({
      deleteBySubject: (subject, { exceptKey: _, ...options }) => storage.deleteBySubject(subject, options),
    }),
  },
  {
    broken: 'deleteBySubject does not count',
    fails: [
      'subjects.given-up',
      'subjects.only-moving',
      'subjects.destroy-all',
      'subjects.only',
      'unreadable.subjects',
      'storage.subjects',
      'storage.subjects-race',
    ],
    how: (storage) => ({
      async deleteBySubject(subject, options) {
        await storage.deleteBySubject(subject, options);
        return 1;
      },
    }),
  },
  {
    broken: 'deleteBySubject lists first and removes the versions it saw',
    fails: ['subjects.moving', 'subjects.race'],
    how: (storage, records, hop) => ({
      async deleteBySubject(subject, options) {
        const listed = await storage.listBySubject(subject);
        await hop();
        let removed = 0;
        for (const { key, version } of listed) {
          if (key === options.exceptKey || (options.onlyKey !== undefined && key !== options.onlyKey))
            continue;
          if (records.get(key)?.version === version) removed += Number(records.delete(key));
        }
        return removed;
      },
    }),
  },
];
