import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fullPlan } from '../plan.ts';
import { run } from '../test/sample-results.ts';
import { measureScale } from './measure-scale.ts';
import { scaleOperations } from './run-scale.ts';
import { scaleChart } from './scale-chart.ts';
import { scaleReport } from './scale-report.ts';
import { subjects } from './subjects.ts';

const plan = {
  sizes: [30, 60],
  rounds: 1,
  blocks: 2,
  blockSize: new Map([
    [1, 4],
    [4, 8],
  ]),
};

describe.each(subjects)('measureScale of $title', (subject) => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'store-bench-scale-'));
    // PostgreSQL does not run as root, and must get through to what it keeps in here.
    chmodSync(directory, 0o711);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('measures every contender at every size, looks at the disk, and leaves no file', async () => {
    const setting = { plan: fullPlan, directory, onStep: () => {}, run: () => run };
    const results = await measureScale(subject, plan, setting);

    expect(results.rounds).toBe(1);
    expect(results.points.map(({ contender, sessions }) => [sessions, contender])).toEqual(
      plan.sizes.flatMap((size) => subject.contenders.map(({ name }) => [size, name])),
    );
    for (const { cells, disk, structure, sessions } of results.points) {
      expect(new Set(cells.map(({ operation }) => operation))).toEqual(new Set(scaleOperations));
      expect(new Set(cells.map(({ inFlight }) => inFlight))).toEqual(new Set([1, 4]));
      expect(cells.every(({ rate, rateRatio }) => rate > 0 && rateRatio.median > 0)).toBe(true);
      expect(disk.bytes).toBeGreaterThan(sessions * 600);
      expect(structure).toMatch(/levels|folders|KiB/);
    }
    expect(readdirSync(directory)).toEqual([]);

    expect(scaleReport(results)).toContain('**1.00** (1.00–1.00)');
    expect(scaleChart([results]).split('<polyline').length - 1).toBe(2 * scaleOperations.length);
  });
});
