import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { results, run, sqlite } from '../test/sample-results.ts';
import { mergeResults, noResults, parseResults, readResults, resultsJson } from './results-file.ts';
import { writeResults } from './write-results.ts';

describe('results', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'store-bench-results-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('are none where nothing was written', () => {
    expect(readResults(join(directory, 'nowhere'))).toEqual(noResults);
  });

  it('read as they were written', () => {
    writeResults(directory, results);
    expect(readResults(directory)).toEqual(parseResults(resultsJson(results)));
  });

  it('of one backend take the place of its predecessor and leave every other part', () => {
    const file = { ...sqlite, title: 'Files' };
    const later = { ...sqlite, run: { ...run, date: '2026-02-03T04:05Z' } };
    const before = { ...results, backends: { sqlite, file } };
    const after = mergeResults(before, { backends: { sqlite: later } });
    expect(after).toEqual({ ...before, backends: { sqlite: later, file } });
    expect(mergeResults(noResults, after)).toEqual(after);
  });
});

const memory = (heapLimit: number) => ({ run, title: 'Store', heapLimit, points: [] });

describe('resultsJson', () => {
  it('keeps four significant digits of what was measured, and whole numbers as they are', () => {
    const json = resultsJson({
      ...noResults,
      backends: { sqlite: { ...sqlite, resident: 1_234_567, comparisons: [] } },
      memory: { store: memory(0.000123456) },
    });
    expect(parseResults(json)).toMatchObject({
      backends: { sqlite: { resident: 1_234_567 } },
      memory: { store: { heapLimit: 0.0001235 } },
    });
  });

  it('gives each figure a line of its own, so that a change can be read', () => {
    const lines = resultsJson(results).split('\n');
    expect(lines.filter((line) => line.includes('"operation":"request"'))).toHaveLength(10);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(300);
  });

  it('remembers what could not be computed as such', () => {
    const json = resultsJson({ ...noResults, memory: { store: memory(Number.NaN) } });
    expect(parseResults(json).memory.store?.heapLimit).toBeNaN();
  });
});
