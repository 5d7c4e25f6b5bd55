import type { BrokenStorage } from './broken-storage.ts';

export const brokenWrites: BrokenStorage[] = [
  {
    broken: 'replace does not compare versions',
    fails: [
      'update.newest',
      'instances.updates',
      'move.dead-at-once',
      'move.race-alive',
      'create.one-winner',
      'storage.replace',
      'storage.one-winner',
      'storage.replace-key',
      'storage.move-winner',
    ],
    how: (_, records, hop) => ({
      async replace(key, _version, next) {
        await hop();
        if (!records.has(key) || (next.key !== key && records.has(next.key))) return false;
        records.delete(key);
        records.set(next.key, next);
        return true;
      },
    }),
  },
  {
    broken: 'replace compares first and writes later',
    fails: [
      'update.destroyed',
      'instances.updates',
      'instances.destroyed',
      'move.race-alive',
      'create.one-winner',
      'subjects.race',
      'storage.one-winner',
      'storage.move-winner',
      'storage.delete-session',
      'storage.delete-race',
      'storage.delete-expired-race',
    ],
    how: (_, records, hop) => ({
      async replace(key, version, next) {
        if (records.get(key)?.version !== version) return false;
        if (next.key !== key && records.has(next.key)) return false;
        await hop();
        records.delete(key);
        records.set(next.key, next);
        return true;
      },
    }),
  },
  {
    broken: 'replace requires a new version',
    fails: [
      'time.restarts',
      'time.own-idle-timeout',
      'time.application-clock',
      'touch.no-conflict',
      'storage.replace',
      'storage.try-again',
    ],
    how: (storage) => ({
      replace: async (key, version, next, now) =>
        next.version !== version && storage.replace(key, version, next, now),
    }),
  },
  {
    broken: 'replace creates a missing record',
    fails: [
      'update.missing',
      'instances.destroyed',
      'counting.clear',
      'storage.delete',
      'storage.replace',
      'storage.delete-session',
    ],
    how: (storage, records) => ({
      async replace(key, version, next) {
        if (!records.has(key)) return storage.insert(next, Date.now());
        return storage.replace(key, version, next, Date.now());
      },
    }),
  },
  {
    broken: 'replace keeps the first subject',
    fails: [
      'save.keeps',
      'time.ended',
      'update.keeps',
      'create.expired',
      'subjects.follows',
      'storage.replace',
    ],
    how: (storage, records) => ({
      replace: async (key, version, next) =>
        storage.replace(
          key,
          version,
          { ...next, subject: records.get(key)?.subject ?? next.subject },
          Date.now(),
        ),
    }),
  },
  {
    broken: 'replace keeps the first createdAt',
    fails: ['time.ended', 'create.expired', 'storage.replace'],
    how: (storage, records) => ({
      replace: async (key, version, next) =>
        storage.replace(key, version, { ...next, createdAt: records.get(key)?.createdAt ?? 0 }, Date.now()),
    }),
  },
  {
    broken: 'insert overwrites an expired record',
    fails: ['storage.insert', 'storage.move'],
    how: (storage, records) => ({
      async insert(record) {
        const old = records.get(record.key);
        if (old && old.expiresAt <= record.createdAt) records.delete(record.key);
        return storage.insert(record, Date.now());
      },
    }),
  },
  {
    broken: 'insert reads first and writes later',
    fails: ['create.one-winner', 'storage.insert'],
    how: (_, records, hop) => ({
      async insert(record) {
        if (records.has(record.key)) return false;
        await hop();
        records.set(record.key, record);
        return true;
      },
    }),
  },
  {
    broken: 'touch generates a new version',
    fails: ['touch.no-conflict', 'storage.touch', 'storage.move', 'storage.touch-race'],
    how: (storage, records) => ({
      async touch(key, now, expiresAt) {
        const touched = await storage.touch(key, now, expiresAt);
        const record = records.get(key);
        if (touched && record) records.set(key, { ...record, version: record.version + 1 });
        return touched;
      },
    }),
  },
  {
    broken: 'touch shortens',
    fails: ['time.skewed', 'storage.touch'],
    how: (storage, records) => ({
      async touch(key, now, expiresAt) {
        const touched = await storage.touch(key, now, expiresAt);
        const record = records.get(key);
        if (touched && record) records.set(key, { ...record, expiresAt });
        return touched;
      },
    }),
  },
  {
    broken: 'touch revives an expired record',
    fails: ['move.dead-at-once', 'storage.touch'],
    how: (storage) => ({ touch: async (key, _now, expiresAt) => storage.touch(key, 0, expiresAt) }),
  },
  {
    broken: 'touch returns true without writing',
    fails: [
      'time.restarts',
      'time.own-idle-timeout',
      'time.application-clock',
      'touch.no-conflict',
      'gc.expired-only',
      'storage.touch',
      'storage.delete-expired-moved-on',
      'storage.delete-expired-race',
    ],
    how: (storage) => ({ touch: async (key, now) => ((await storage.read(key))?.expiresAt ?? 0) > now }),
  },
  {
    broken: 'touch reads first and writes the record back later',
    fails: [
      'update.destroyed',
      'subjects.race',
      'storage.move-race',
      'storage.delete-race',
      'storage.touch-race',
      'storage.delete-expired-race',
    ],
    how: (_, records, hop) => ({
      async touch(key, now, expiresAt) {
        const record = records.get(key);
        if (!record || record.expiresAt <= now) return false;
        await hop();
        await hop();
        records.set(key, { ...record, expiresAt: Math.max(expiresAt, record.expiresAt) });
        return true;
      },
    }),
  },
  {
    broken: 'delete does nothing',
    fails: ['storage.delete', 'storage.move', 'storage.delete-race'],
    how: (_storage, _records, hop) => ({ delete: hop }),
  },
];
