import type { BrokenStorage } from './broken-storage.ts';

export const brokenWrites: BrokenStorage[] = [
  {
    broken: 'replace compares no version',
    fails: ['update.newest', 'instances.updates', 'storage.replace', 'storage.one-winner', 'storage.move'],
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
      'move.one-winner',
      'subjects.race',
      'storage.one-winner',
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
    broken: 'replace creates what is not there',
    fails: ['update.missing', 'instances.destroyed', 'storage.delete', 'storage.replace'],
    how: (storage, records) => ({
      async replace(key, version, next) {
        if (!records.has(key)) return storage.insert(next);
        return storage.replace(key, version, next);
      },
    }),
  },
  {
    broken: 'replace keeps the first subject',
    fails: ['save.keeps', 'time.ended', 'update.keeps', 'move.keeps', 'subjects.follows', 'storage.replace'],
    how: (storage, records) => ({
      replace: async (key, version, next) =>
        storage.replace(key, version, { ...next, subject: records.get(key)?.subject ?? next.subject }),
    }),
  },
  {
    broken: 'replace keeps the first createdAt',
    fails: ['time.ended', 'move.keeps', 'storage.replace'],
    how: (storage, records) => ({
      replace: async (key, version, next) =>
        storage.replace(key, version, { ...next, createdAt: records.get(key)?.createdAt ?? 0 }),
    }),
  },
  {
    broken: 'insert overwrites what is expired',
    fails: ['storage.insert'],
    how: (storage, records) => ({
      async insert(record) {
        const old = records.get(record.key);
        if (old && old.expiresAt <= record.createdAt) records.delete(record.key);
        return storage.insert(record);
      },
    }),
  },
  {
    broken: 'insert looks first and writes later',
    fails: ['storage.insert'],
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
    broken: 'touch draws a new version',
    fails: ['touch.no-conflict', 'storage.touch', 'storage.touch-race'],
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
    broken: 'touch revives what is expired',
    fails: ['storage.touch'],
    how: (storage) => ({ touch: async (key, _now, expiresAt) => storage.touch(key, 0, expiresAt) }),
  },
  {
    broken: 'touch answers true without writing',
    fails: [
      'time.restarts',
      'time.own-idle-timeout',
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
    fails: [
      'destroy.ends',
      'update.missing',
      'update.destroyed',
      'instances.destroyed',
      'subjects.follows',
      'storage.delete',
      'storage.delete-race',
    ],
    how: (_storage, _records, hop) => ({ delete: hop }),
  },
  {
    broken: 'read hides what has expired by the clock of the machine',
    fails: ['time.application-clock', 'storage.read', 'storage.insert', 'storage.move'],
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
      'subjects.list',
      'subjects.follows',
      'subjects.destroy-all',
      'subjects.only',
      'storage.read',
      'storage.keys',
      'storage.insert',
      'storage.touch',
      'storage.delete',
      'storage.replace',
      'storage.move',
      'storage.delete-race',
      'storage.touch-race',
      'storage.subjects',
      'destroy.erases',
    ],
    how: (storage) => ({
      read: (key) => storage.read(key.toLowerCase()),
      insert: (record) => storage.insert({ ...record, key: record.key.toLowerCase() }),
      replace: (key, version, next) =>
        storage.replace(key.toLowerCase(), version, { ...next, key: next.key.toLowerCase() }),
      touch: (key, now, expiresAt) => storage.touch(key.toLowerCase(), now, expiresAt),
      delete: (key) => storage.delete(key.toLowerCase()),
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
      'gc.expired-only',
      'storage.read',
      'storage.insert',
      'storage.touch',
      'storage.delete',
      'storage.replace',
      'storage.move',
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
    fails: ['values.large'],
    how: (storage) => ({
      insert: (record) => storage.insert({ ...record, payload: record.payload.slice(0, 65_535) }),
    }),
  },
  {
    broken: 'payloads are kept as Latin-1',
    fails: ['values.keys', 'values.text', 'subjects.exact', 'storage.read'],
    how: (storage) => ({
      insert: (record) =>
        storage.insert({ ...record, payload: Buffer.from(record.payload, 'latin1').toString('latin1') }),
    }),
  },
];
