import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { costBetween, costEach, costSum, processCost } from './process-cost.ts';

describe.runIf(process.platform === 'linux')('processCost', () => {
  it('counts the calls that read a file and the bytes they moved, and not itself', () => {
    const directory = mkdtempSync(join(tmpdir(), 'store-bench-cost-'));
    const path = join(directory, 'file');
    writeFileSync(path, Buffer.alloc(10_000));
    const file = openSync(path, 'r');
    const buffer = Buffer.alloc(500);
    costBetween(processCost(), processCost());

    const before = processCost();
    for (let n = 0; n < 20; n++) readSync(file, buffer);
    const cost = costBetween(before, processCost());
    closeSync(file);
    rmSync(directory, { recursive: true });

    // Other threads of the test runner read now and then, so these are lower bounds.
    expect(cost.reads).toBeGreaterThanOrEqual(20);
    expect(cost.readBytes).toBeGreaterThanOrEqual(10_000);
    expect(cost.reads).toBeLessThan(60);
  });

  it('can be added up and divided', () => {
    const cost = processCost();
    expect(costEach(costSum(cost, cost), 2)).toEqual(cost);
  });
});
