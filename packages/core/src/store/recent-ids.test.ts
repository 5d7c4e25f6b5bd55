import { expect, it } from 'vitest';
import { RecentIds } from './recent-ids.ts';

it('finds the id that was recorded last for a minute, and forgets older entries', () => {
  const recent = new RecentIds();
  recent.note('a', 'b', 0);
  recent.note('c', 'd', 30_000);
  expect([recent.find('a', 59_999), recent.find('a', 60_000), recent.find('b', 0)]).toEqual([
    'b',
    undefined,
    undefined,
  ]);
  recent.note('a', 'e', 50_000);
  recent.note('f', 'g', 95_000);
  expect(['a', 'c', 'f'].map((id) => recent.find(id, 95_000))).toEqual(['e', undefined, 'g']);
});
