import { describe, expect, it } from 'vitest';
import { brokenBackends } from '../test/broken-backends.ts';
import { brokenFields } from '../test/broken-fields.ts';
import { brokenMoves } from '../test/broken-moves.ts';
import { brokenRemovals } from '../test/broken-removals.ts';
import { brokenScans } from '../test/broken-scans.ts';
import { brokenWrites } from '../test/broken-writes.ts';
import { failingCases } from '../test/failing-cases.ts';
import { hop, memoryDriver, recordsOf, storageOf } from '../test/memory-driver.ts';

describe('a storage backend', () => {
  it('that keeps every promise passes every case', async () => {
    expect(await failingCases(memoryDriver)).toEqual([]);
  });

  it.each([
    ...brokenWrites,
    ...brokenFields,
    ...brokenMoves,
    ...brokenScans,
    ...brokenRemovals,
    ...brokenBackends,
  ])('with this fault fails exactly the cases for it: $broken', async (table) => {
    const start: typeof memoryDriver.start = (_options, place) => {
      const storage = storageOf(place);
      return { ...storage, ...table.how(storage, recordsOf(place), () => hop(place)) } as typeof storage;
    };
    expect(await failingCases({ ...memoryDriver, start })).toEqual(table.fails);
  });
});
