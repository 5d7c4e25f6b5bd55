import type { BrokenStorage } from './broken-storage.ts';

/** Hidden failures, missing capabilities, and closing. */
export const brokenBackends: BrokenStorage[] = [
  {
    broken: 'subjects are claimed but missing',
    fails: [
      'move.not-listed',
      'subjects.given-up',
      'subjects.moving',
      'subjects.only-moving',
      'subjects.list',
      'subjects.follows',
      'subjects.exact',
      'subjects.destroy-all',
      'subjects.only',
      'subjects.race',
      'unreadable.subjects',
      'storage.subjects',
      'storage.subjects-race',
      'failure.unavailable',
    ],
    how: () => ({ listBySubject: undefined, deleteBySubject: undefined }),
  },
  {
    broken: 'a failing read looks like a missing session',
    fails: ['failure.unavailable'],
    how: (storage) => ({
      async read(key) {
        try {
          return await storage.read(key);
        } catch {
          return undefined;
        }
      },
    }),
  },
  {
    broken: 'a failing deleteExpired is ignored',
    fails: ['failure.unavailable'],
    how: (storage) => ({
      async deleteExpired(now, limit) {
        try {
          return await storage.deleteExpired(now, limit);
        } catch {
          return 0;
        }
      },
    }),
  },
  {
    broken: 'closing fails',
    fails: [
      'limits.default-age',
      'close.idempotent',
      'close.closed',
      'close.waits',
      'close.reopen',
      'close.own',
      'failure.close',
    ],
    how: () => ({
      async close() {
        throw new Error('It does not close.');
      },
    }),
  },
  {
    broken: 'closing needs the backend',
    fails: ['failure.close'],
    how: (_storage, _records, hop) => ({ close: hop }),
  },
];
