import assert from 'node:assert/strict';
import type { RecordStorage, SessionRecord } from '@store/core/driver';
import type { ConformanceCase } from './conformance-case.ts';
import { fieldsOf, record } from './storage-record.ts';

const scanning = { level: 'required', kinds: ['records'], needs: ['storage', 'scan'] } as const;
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const keysOf = (records: SessionRecord[]) => records.map(({ key }) => key);

/** Reads pages as core does: a page shorter than the limit is the last. @param beforePage Runs before every page */
async function scanAll(
  { scan }: RecordStorage,
  limit: number,
  beforePage: (after: string | undefined) => Promise<void> = async () => {},
): Promise<SessionRecord[]> {
  assert.ok(scan);
  const found: SessionRecord[] = [];
  for (let after: string | undefined; ; ) {
    await beforePage(after);
    const page = await scan(after, limit);
    assert.ok(page.length <= limit, `a page of at most ${limit} records held ${page.length}`);
    found.push(...page);
    if (page.length < limit) return found;
    after = page.at(-1)?.key;
    assert.ok(found.length < 10_000, 'the scan does not end: a page must begin after the given key');
  }
}

/** `scan` of a `RecordStorage`: every record, page by page. */
export const storageScanningCases: ConformanceCase[] = [
  {
    ...scanning,
    id: 'storage.scan',
    title:
      'scan() returns every record exactly once, live or expired, in a fixed order, whatever the page size.',
    async run({ openStorage }) {
      const storage = await openStorage();
      assert.deepEqual(await scanAll(storage, 5), [], 'the page of an empty backend must be empty');
      const all = numbers(23).map((n) =>
        record({
          subject: n % 3 === 0 ? 'ada' : null,
          expiresAt: n % 2 === 0 ? 1 : 8_640_000_000_000,
          idleTimeout: n || null,
          payload: n === 7 ? `{"v":1,"moved":"${'x'.repeat(43)}"}` : `{"v":1,"data":{"n":${n}},"flash":{}}`,
          version: n,
        }),
      );
      for (const each of all) await storage.insert(each, Date.now());
      const byKey = (one: SessionRecord, other: SessionRecord) => (one.key < other.key ? -1 : 1);
      const whole = await scanAll(storage, 500);
      assert.deepEqual([...whole].sort(byKey).map(fieldsOf), [...all].sort(byKey));
      for (const limit of [1, 2, 7, 23, 24]) {
        const keys = keysOf(await scanAll(storage, limit));
        assert.deepEqual(
          keys,
          keysOf(whole),
          `pages of ${limit} must hold the same records in the same order`,
        );
      }
      const last = whole.at(-1)?.key;
      assert.deepEqual(await storage.scan?.(last, 5), [], 'no record may follow the last one');
    },
  },
  {
    ...scanning,
    id: 'storage.scan-changes',
    title:
      'While records are inserted, replaced and deleted, scan() returns each record that stays exactly once.',
    async run({ openStorage }) {
      const storage = await openStorage();
      const all = numbers(60).map(() => record());
      for (const each of all) await storage.insert(each, Date.now());
      const [changing, ...others] = all as [SessionRecord, ...SessionRecord[]];
      const doomed = others.slice(0, 20).map(({ key }) => key);
      const gone = new Set<string>();
      let version = 1;
      let pages = 0;
      const found = await scanAll(storage, 3, async (after) => {
        await storage.insert(record(), Date.now());
        if (await storage.replace(changing.key, version, { ...changing, version: version + 1 }, 0))
          version += 1;
        // Every other time, delete the very record that the next page starts after.
        pages += 1;
        const next = pages % 2 === 0 && after !== changing.key ? after : doomed.pop();
        if (next === undefined) return;
        gone.add(next);
        await storage.delete(next);
      });
      const stay = all.filter(({ key }) => !gone.has(key));
      const times = new Map<string, number>();
      for (const { key } of found) times.set(key, (times.get(key) ?? 0) + 1);
      for (const { key } of stay) {
        const seen = times.get(key) ?? 0;
        assert.equal(seen, 1, `a record that existed throughout was returned ${seen} times`);
      }
      assert.ok(Math.max(...times.values()) === 1, 'a record was returned twice');
    },
  },
];
