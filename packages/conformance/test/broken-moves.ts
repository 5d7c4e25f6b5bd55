import type { BrokenStorage } from './broken-storage.ts';

export const brokenMoves: BrokenStorage[] = [
  {
    broken: 'a move leaves the old key',
    fails: ['move.moves', 'move.one-winner', 'move.atomic', 'subjects.follows', 'storage.move'],
    how: (storage, records) => ({
      async replace(key, version, next) {
        const old = records.get(key);
        const won = await storage.replace(key, version, next);
        if (won && old && next.key !== key) records.set(key, old);
        return won;
      },
    }),
  },
  {
    broken: 'a move deletes first and writes on a later turn',
    fails: ['move.atomic'],
    how: (storage, records, hop) => ({
      async replace(key, version, next) {
        if (next.key === key) return storage.replace(key, version, next);
        if (records.get(key)?.version !== version || records.has(next.key)) return false;
        records.delete(key);
        await hop();
        await hop();
        await hop();
        records.set(next.key, next);
        return true;
      },
    }),
  },
  {
    broken: 'a move overwrites the key it goes to',
    fails: ['move.taken', 'storage.move'],
    how: (storage, records) => ({
      async replace(key, version, next) {
        if (next.key !== key && records.get(key)?.version === version) records.delete(next.key);
        return storage.replace(key, version, next);
      },
    }),
  },
];
