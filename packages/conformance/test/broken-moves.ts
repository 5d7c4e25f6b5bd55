import type { BrokenStorage } from './broken-storage.ts';

/** `move`, and `replace` to another key. */
export const brokenMoves: BrokenStorage[] = [
  {
    broken: 'replace to another key leaves the old one',
    fails: ['storage.replace-key'],
    how: (storage, records) => ({
      async replace(key, version, next, now) {
        const old = records.get(key);
        const won = await storage.replace(key, version, next, now);
        if (won && old && next.key !== key) records.set(key, old);
        return won;
      },
    }),
  },
  {
    broken: 'replace overwrites a record under the new key',
    fails: ['storage.replace-key'],
    how: (storage, records) => ({
      async replace(key, version, next, now) {
        if (next.key !== key && records.get(key)?.version === version) records.delete(next.key);
        return storage.replace(key, version, next, now);
      },
    }),
  },
  {
    broken: 'a move leaves the old record in place of the mark',
    fails: [
      'move.moves',
      'move.one-winner',
      'move.atomic',
      'move.mark',
      'move.dead-at-once',
      'move.chain',
      'move.given-up',
      'move.collected',
      'move.not-listed',
      'subjects.given-up',
      'move.not-counted',
      'move.destroyed',
      'move.race',
      'move.race-alive',
      'move.login-logout',
      'subjects.only-moving',
      'move.race-clear',
      'subjects.follows',
      'storage.move',
      'storage.move-winner',
      'storage.move-atomic',
      'storage.delete-session-race',
      'storage.try-again',
      'move.secret',
      'destroy.erases',
    ],
    how: (storage, records) => ({
      async move(key, version, next, mark, now) {
        const old = records.get(key);
        const won = await storage.move(key, version, next, mark, now);
        if (won === true && old) records.set(key, old);
        return won;
      },
    }),
  },
  {
    broken: 'a move leaves no mark',
    fails: [
      'move.mark',
      'move.dead-at-once',
      'move.chain',
      'move.given-up',
      'move.collected',
      'move.not-listed',
      'subjects.given-up',
      'move.destroyed',
      'move.race',
      'move.login-logout',
      'subjects.only-moving',
      'move.race-clear',
      'storage.move',
      'storage.move-winner',
      'storage.move-atomic',
      'storage.delete-session-race',
    ],
    how: (storage) => ({
      move: (key, version, next, _mark, now) => storage.replace(key, version, next, now),
    }),
  },
  {
    broken: 'a move writes its mark on a later turn',
    fails: [
      'move.destroyed',
      'move.race',
      'move.login-logout',
      'subjects.only-moving',
      'move.race-clear',
      'storage.move-atomic',
    ],
    how: (storage, _records, hop) => ({
      async move(key, version, next, mark, now) {
        if ((await storage.replace(key, version, next, now)) !== true) return false;
        await hop();
        await storage.insert(mark, now);
        return true;
      },
    }),
  },
  {
    broken: 'a move writes the mark first and the record on a later turn',
    fails: ['subjects.moving', 'storage.move-atomic'],
    how: (_storage, records, hop) => ({
      async move(key, version, next, mark) {
        await hop();
        if (records.get(key)?.version !== version || records.has(next.key)) return false;
        records.set(key, mark);
        await hop();
        await hop();
        records.set(next.key, next);
        return true;
      },
    }),
  },
  {
    broken: 'a move writes the record first and the mark on a later turn',
    fails: [
      'move.one-winner',
      'move.atomic',
      'move.destroyed',
      'move.race',
      'move.race-alive',
      'move.login-logout',
      'subjects.only-moving',
      'move.race-clear',
      'storage.move-winner',
      'storage.move-atomic',
      'storage.delete-session-race',
    ],
    how: (_storage, records, hop) => ({
      async move(key, version, next, mark) {
        await hop();
        if (records.get(key)?.version !== version || records.has(next.key)) return false;
        records.set(next.key, next);
        await hop();
        await hop();
        records.set(key, mark);
        return true;
      },
    }),
  },
  {
    broken: 'a move does not compare versions',
    fails: [
      'move.one-winner',
      'move.dead-at-once',
      'move.race',
      'move.race-alive',
      'storage.move-refused',
      'storage.move-winner',
    ],
    how: (_storage, records, hop) => ({
      async move(key, _version, next, mark) {
        await hop();
        if (!records.has(key) || records.has(next.key)) return false;
        records.set(next.key, next);
        records.set(key, mark);
        return true;
      },
    }),
  },
  {
    broken: 'a move compares first and writes later',
    fails: [
      'move.one-winner',
      'move.destroyed',
      'move.race',
      'move.race-alive',
      'move.login-logout',
      'subjects.moving',
      'subjects.only-moving',
      'move.race-clear',
      'storage.move-winner',
      'storage.delete-session-race',
    ],
    how: (_storage, records, hop) => ({
      async move(key, version, next, mark) {
        if (records.get(key)?.version !== version || records.has(next.key)) return false;
        await hop();
        records.set(next.key, next);
        records.set(key, mark);
        return true;
      },
    }),
  },
  {
    broken: 'a move overwrites a record under the new key',
    fails: ['move.taken', 'move.given-up', 'storage.move-refused'],
    how: (storage, records) => ({
      async move(key, version, next, mark, now) {
        if (records.get(key)?.version === version) records.delete(next.key);
        return storage.move(key, version, next, mark, now);
      },
    }),
  },
  {
    broken: 'a refused move still writes its mark',
    fails: [
      'move.taken',
      'move.given-up',
      'move.race',
      'move.race-alive',
      'storage.move-refused',
      'storage.move-winner',
      'storage.move-race',
      'storage.delete-session-race',
    ],
    how: (storage, records) => ({
      async move(key, version, next, mark, now) {
        const won = await storage.move(key, version, next, mark, now);
        if (won !== true) records.set(key, mark);
        return won;
      },
    }),
  },
  {
    broken: 'the mark keeps the subject of the session',
    fails: [
      'move.not-listed',
      'subjects.given-up',
      'subjects.only-moving',
      'storage.move',
      'storage.try-again',
    ],
    how: (storage, records) => ({
      move: (key, version, next, mark, now) =>
        storage.move(key, version, next, { ...mark, subject: records.get(key)?.subject ?? null }, now),
    }),
  },
  {
    broken: 'the mark lives as long as the session',
    fails: [
      'move.dead-at-once',
      'move.collected',
      'storage.move',
      'storage.move-winner',
      'storage.delete-session-race',
    ],
    how: (storage) => ({
      move: (key, version, next, mark, now) =>
        storage.move(key, version, next, { ...mark, expiresAt: next.expiresAt }, now),
    }),
  },
  {
    broken: 'the mark is stored without its idle timeout',
    fails: [
      'move.mark',
      'move.dead-at-once',
      'move.chain',
      'move.given-up',
      'move.collected',
      'move.not-listed',
      'subjects.given-up',
      'move.not-counted',
      'move.destroyed',
      'move.race',
      'move.login-logout',
      'subjects.only-moving',
      'move.race-clear',
      'storage.move',
      'storage.move-winner',
      'storage.move-atomic',
      'storage.delete-session-race',
    ],
    how: (storage) => ({
      move: (key, version, next, mark, now) =>
        storage.move(key, version, next, { ...mark, idleTimeout: null }, now),
    }),
  },
];
