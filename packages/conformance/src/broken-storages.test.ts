import { describe, expect, it } from 'vitest';
import { brokenMoves } from '../test/broken-moves.ts';
import { brokenRemovals } from '../test/broken-removals.ts';
import { brokenWrites } from '../test/broken-writes.ts';
import { failingCases } from '../test/failing-cases.ts';
import { hop, memoryDriver, recordsOf, storageOf } from '../test/memory-driver.ts';

describe('a storage', () => {
  it('that keeps every promise fails no case', async () => {
    expect(await failingCases(memoryDriver)).toEqual([]);
  });

  it.each([...brokenWrites, ...brokenMoves, ...brokenRemovals])(
    'in which $broken fails exactly its cases',
    async (table) => {
      const start: typeof memoryDriver.start = (_options, place) => {
        const storage = storageOf(place);
        return { ...storage, ...table.how(storage, recordsOf(place), () => hop(place)) } as typeof storage;
      };
      expect(await failingCases({ ...memoryDriver, start })).toEqual(table.fails);
    },
  );
});
