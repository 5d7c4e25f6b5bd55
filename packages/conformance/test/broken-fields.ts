import type { BrokenStorage } from './broken-storage.ts';

/** What comes back of a record that was written well. */
export const brokenFields: BrokenStorage[] = [
  {
    broken: 'read hides what has expired by the clock of the machine',
    fails: [
      'time.application-clock',
      'storage.read',
      'storage.insert',
      'storage.move',
      'storage.move-refused',
    ],
    how: (storage) => ({
      async read(key) {
        const record = await storage.read(key);
        return record && record.expiresAt > Date.now() ? record : undefined;
      },
    }),
  },
  {
    broken: 'keys are compared without regard to case',
    fails: [
      'time.restarts',
      'time.absolute',
      'time.own-idle-timeout',
      'time.skewed',
      'time.application-clock',
      'update.newest',
      'update.keeps',
      'instances.updates',
      'instances.destroyed',
      'moved.not-listed',
      'moved.not-counted',
      'moved.race-alive',
      'limits.expire-on-close',
      'subjects.list',
      'subjects.follows',
      'subjects.destroy-all',
      'subjects.only',
      'counting.live',
      'counting.pages',
      'counting.changes',
      'unreadable.subjects',
      'unreadable.counting',
      'storage.read',
      'storage.keys',
      'storage.insert',
      'storage.touch',
      'storage.delete',
      'storage.replace',
      'storage.move',
      'storage.move-and-mark',
      'storage.move-refused',
      'storage.move-winner',
      'storage.move-race',
      'storage.delete-version',
      'storage.delete-version-race',
      'storage.scan',
      'storage.scan-changes',
      'storage.delete-race',
      'storage.touch-race',
      'storage.subjects',
      'close.reopen',
      'failure.recovers',
      'ids.not-at-rest',
      'destroy.erases',
    ],
    how: (storage) => ({
      read: (key) => storage.read(key.toLowerCase()),
      insert: (record) => storage.insert({ ...record, key: record.key.toLowerCase() }, Date.now()),
      replace: (key, version, next) =>
        storage.replace(key.toLowerCase(), version, { ...next, key: next.key.toLowerCase() }, Date.now()),
      touch: (key, now, expiresAt) => storage.touch(key.toLowerCase(), now, expiresAt),
      delete: (key) => storage.delete(key.toLowerCase()),
      deleteVersion: (key, version) => storage.deleteVersion(key.toLowerCase(), version),
      move: (key, version, next, mark, now) =>
        storage.move(
          key.toLowerCase(),
          version,
          { ...next, key: next.key.toLowerCase() },
          { ...mark, key: mark.key.toLowerCase() },
          now,
        ),
    }),
  },
  {
    broken: 'times are kept in whole seconds',
    fails: [
      'start.kind',
      'save.keeps',
      'time.idle',
      'time.restarts',
      'time.absolute',
      'time.own-idle-timeout',
      'time.ended',
      'update.keeps',
      'touch.no-conflict',
      'create.expired',
      'gc.expired-only',
      'storage.read',
      'storage.insert',
      'storage.touch',
      'storage.delete',
      'storage.replace',
      'storage.move',
      'storage.move-and-mark',
      'storage.move-refused',
      'storage.move-winner',
      'storage.move-race',
      'storage.delete-version',
      'storage.delete-version-race',
      'storage.delete-race',
      'storage.touch-race',
      'storage.subjects',
      'storage.delete-expired-moved-on',
    ],
    how: (storage) => ({
      async read(key) {
        const record = await storage.read(key);
        return record && { ...record, expiresAt: Math.floor(record.expiresAt / 1000) * 1000 };
      },
    }),
  },
  {
    broken: 'no idleTimeout of its own comes back',
    fails: [
      'save.keeps',
      'time.own-idle-timeout',
      'update.keeps',
      'move.keeps',
      'storage.read',
      'storage.touch',
      'storage.replace',
      'storage.move-and-mark',
    ],
    how: (storage) => ({
      async read(key) {
        const record = await storage.read(key);
        return record && { ...record, idleTimeout: null };
      },
    }),
  },
  {
    broken: 'payloads are cut at 64 KB',
    fails: ['values.large', 'limits.default-size'],
    how: (storage) => ({
      insert: (record) => storage.insert({ ...record, payload: record.payload.slice(0, 65_535) }, Date.now()),
    }),
  },
  {
    broken: 'payloads are kept as Latin-1',
    fails: ['values.keys', 'values.text', 'subjects.exact', 'storage.read'],
    how: (storage) => ({
      insert: (record) =>
        storage.insert(
          { ...record, payload: Buffer.from(record.payload, 'latin1').toString('latin1') },
          Date.now(),
        ),
    }),
  },
];
