import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Backend, contendersOf } from '../contender.ts';
import { sqlite as measured } from '../contenders/sqlite/sqlite.ts';
import { fullPlan } from '../plan.ts';
import { backendResults } from '../report/backend-results.ts';
import { report } from '../report/report.ts';
import { beginRun } from '../report/run-description.ts';
import { operations } from '../workload/operations.ts';
import { measureBackend } from './measure-backend.ts';

const plan = {
  ...fullPlan,
  rounds: 2,
  blocks: 2,
  blockSize: new Map([
    [1, 5],
    [4, 8],
  ]),
  resident: 50,
  collected: { sessions: 120, expired: 20, rounds: 1, seconds: 60 },
};

const sqlite: Backend = { ...measured, blocks: { times: 1, sizes: plan.blockSize } };
const run = beginRun([], true, tmpdir())();

describe('measureBackend', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'store-bench-'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('measures every contender in every round of every operation it has, reports it, and leaves no file', async () => {
    const measurement = await measureBackend(sqlite, plan, parent, () => {});
    const { samples, collections } = measurement;

    const names = contendersOf(sqlite).map(({ name }) => name);
    for (const { name: operation, writes } of operations) {
      for (const inFlight of plan.blockSize.keys()) {
        const of = samples.filter((sample) => sample.operation === operation && sample.inFlight === inFlight);
        const lucia = operation === 'save over' || operation === 'request';
        const absent = names.filter(
          (name) =>
            (lucia && name.startsWith('@lucia')) ||
            (operation === 'touch' && name.startsWith('express-session-better')),
        );
        expect(new Set(of.map(({ contender }) => contender))).toEqual(
          new Set(names.filter((name) => !absent.includes(name))),
        );
        expect(of).toHaveLength((names.length - absent.length) * plan.rounds * (writes ? 1 : plan.blocks));
      }
    }
    expect(collections).toHaveLength(sqlite.collectors.length);

    const results = backendResults(sqlite, measurement, plan, run);
    const text = report({ backends: { sqlite: results }, scale: {}, memory: {} });
    expect(text).toContain('**1.00** (1.00–1.00)');
    expect(text).toContain('20.0 of 120 sessions');
    expect(readdirSync(parent)).toEqual([]);
  });

  it('refuses a contender that loses sessions', async () => {
    const forgetful: Backend = {
      ...sqlite,
      comparisons: sqlite.comparisons.slice(0, 1).map(({ baseline, ...rest }) => ({
        ...rest,
        baseline: {
          name: 'forgetful',
          open: async (directory) => ({ ...(await baseline.open(directory)), saveNew: () => undefined }),
        },
        lines: [],
      })),
      collectors: [],
    };
    await expect(measureBackend(forgetful, plan, parent, () => {})).rejects.toThrow(
      'forgetful holds 10 sessions after a round, not 50.',
    );
  });
});
