import assert from 'node:assert/strict';
import type { SessionRecord } from '@store/core/driver';
import type { StorageCall } from '../processes/storage-jobs.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { fieldsOf, newKey, record, soon } from './storage-record.ts';

const shared = {
  level: 'capability',
  kinds: ['records'],
  claims: 'sharedBetweenProcesses',
  needs: ['processes', 'storage'],
} as const;
const bare = { bare: true };
const records = (count: number, fields: Partial<SessionRecord> = {}) =>
  Array.from({ length: count }, () => record(fields));

/** What must hold for a `RecordStorage` while other processes write the same records. */
export const storageProcessCases: ConformanceCase[] = [
  {
    ...shared,
    id: 'processes.touch',
    title: 'touch() by one process neither fails nor undoes a replacement by another.',
    async run({ openStorage, processes }) {
      const { insert, read } = await openStorage();
      const [toucher, writer] = await processes(2, bare);
      for (const first of records(3)) {
        await insert(first, Date.now());
        const touching = toucher.call('touchUntilGone', first);
        const [refused] = await Promise.all([writer.call('replaceOften', first, 500), touching]);
        assert.equal(refused, 0, 'a touch undid a replacement');
        assert.equal(await read(first.key), undefined, 'a touch brought back a deleted record');
      }
    },
  },
  {
    ...shared,
    id: 'processes.delete-expired',
    title:
      'deleteExpired() spares a record that another process touches or replaces before the moment of removal.',
    async run({ openStorage, processes }) {
      const { insert, read } = await openStorage();
      const [writer, remover] = await processes(2, bare);
      for (let round = 0; round < 8; round += 1) {
        const all = records(120);
        await Promise.all(all.map(insert));
        const rescues = all.map(
          (each, n): StorageCall => ({
            call:
              n % 2 === 0
                ? ['touch', each.key, soon - 1, soon + 5000]
                : ['replace', each.key, 1, { ...each, version: 2, expiresAt: soon + 5000 }],
          }),
        );
        const removals: StorageCall[] = [
          { call: ['deleteExpired', soon, 500], after: all[0] as SessionRecord },
        ];
        const [rescued, [removed]] = await Promise.all([
          writer.call('inTurn', rescues),
          remover.call('inTurn', removals),
        ]);
        const there = await Promise.all(all.map(async ({ key }) => (await read(key)) !== undefined));
        const lost = there.filter((is, n) => rescued[n] === true && !is);
        assert.equal(lost.length, 0, 'a record that was touched or replaced in time is gone');
        assert.equal(removed, there.filter((is) => !is).length, 'each removal must be counted once');
      }
    },
  },
  {
    ...shared,
    claims: ['sharedBetweenProcesses', 'subjects'],
    id: 'processes.delete-by-subject',
    title:
      "deleteBySubject() removes all of a subject's records, even while another process writes and moves them.",
    async run({ openStorage, processes }) {
      const { insert, read, listBySubject } = await openStorage();
      const [writer, remover] = await processes(2, bare);
      for (let round = 0; round < 8; round += 1) {
        const all = records(60, { subject: 'ada' });
        await Promise.all(all.map(insert));
        const changes = all.map((each, n) => {
          const moved = n % 3 === 1 ? newKey() : each.key;
          return { ...each, version: 2, key: moved, subject: n % 3 === 2 ? 'grace' : 'ada' };
        });
        const writes = changes.map(
          (next, n): StorageCall => ({ call: ['replace', all[n]?.key ?? '', 1, next] }),
        );
        const removals: StorageCall[] = [
          { call: ['deleteBySubject', 'ada', {}], after: all[0] as SessionRecord },
        ];
        const [written] = await Promise.all([
          writer.call('inTurn', writes),
          remover.call('inTurn', removals),
        ]);
        assert.deepEqual(await listBySubject?.('ada'), [], 'a record of the subject is left');
        for (const [n, next] of changes.entries()) {
          const kept = next.subject === 'grace' && written[n] === true;
          assert.deepEqual(fieldsOf(await read(next.key)), kept ? next : undefined);
        }
      }
    },
  },
];
