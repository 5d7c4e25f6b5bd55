import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from './measure-memory.ts';
import { services } from './visitors.ts';

const counts = [1_000, 3_000] as const;
/** An entry in a map, its key a session id, takes more. Without one it wavers by 10. */
const bytesAllowed = 60;

describe('a process that serves one visitor after the other', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'store-bench-memory-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each(services)('keeps nothing of them: $title', async (service) => {
    const points = await serve(service, [...counts], directory);
    expect(points.map(({ sessions }) => sessions)).toEqual(counts);
    const [before, after] = points.map(({ heapUsed, external }) => heapUsed + external) as [number, number];
    expect((after - before) / (counts[1] - counts[0])).toBeLessThan(bytesAllowed);
    expect(readdirSync(directory)).toEqual([]);
  });
});
