import type { BrokenStorage } from './broken-storage.ts';

export const brokenScans: BrokenStorage[] = [
  {
    broken: "scan leaves out records that have expired by the machine's clock",
    fails: ['storage.scan'],
    how: (storage) => ({
      scan: async (after, limit) =>
        (await storage.scan(after, limit)).filter(({ expiresAt }) => expiresAt > Date.now()),
    }),
  },
  {
    broken: 'scan treats `after` as the number of a record',
    fails: ['storage.scan-changes'],
    how: (_storage, records, hop) => ({
      async scan(after, limit) {
        await hop();
        const all = [...records.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
        const from = after === undefined ? 0 : all.findIndex(({ key }) => key === after) + 1;
        return all.slice(from, from + limit);
      },
    }),
  },
  {
    broken: 'scan returns the record `after` again',
    fails: ['counting.pages', 'counting.changes', 'storage.scan', 'storage.scan-changes'],
    how: (_storage, records, hop) => ({
      async scan(after = '', limit) {
        await hop();
        const all = [...records.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
        return all.filter(({ key }) => key >= after).slice(0, limit);
      },
    }),
  },
  {
    broken: 'scan ignores the limit',
    fails: ['storage.scan', 'storage.scan-changes'],
    how: (storage) => ({ scan: (after) => storage.scan(after, 1e9) }),
  },
  {
    broken: 'scan returns only one page',
    fails: ['counting.pages', 'counting.changes', 'storage.scan', 'storage.scan-changes'],
    how: (storage) => ({
      scan: async (after, limit) => (after === undefined ? storage.scan(after, limit) : []),
    }),
  },
];
