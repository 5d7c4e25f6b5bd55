import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Backend, type Contender, contendersOf } from '../contender.ts';
import { sqlite as measured } from '../contenders/sqlite/sqlite.ts';
import { fullPlan } from '../plan.ts';
import { operations } from '../workload/operations.ts';
import { measureBackend } from './measure-backend.ts';

const plan = {
  ...fullPlan,
  rounds: 2,
  blocks: 2,
  inFlight: [1, 4],
  blockSizes: [5, 8],
  resident: 50,
  collected: { sessions: 120, expired: 20, rounds: 1, seconds: 60 },
};

const sqlite: Backend = { ...measured, blocks: { times: 1, sizes: plan.blockSizes } };

describe('measureBackend', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'store-bench-'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('measures every contender in every round of every operation it has, and leaves no files', async () => {
    const { blocks, samples, collections } = await measureBackend(sqlite, plan, parent, () => {});

    const names = contendersOf(sqlite).map(({ name }) => name);
    for (const { name: operation, writes } of operations) {
      for (const inFlight of plan.inFlight) {
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
    expect(blocks).toBe(plan.blocks);
    expect(collections.map(({ contender }) => contender).sort()).toEqual(
      sqlite.collectors.map(({ name }) => name).sort(),
    );
    expect(readdirSync(parent)).toEqual([]);
  });

  it('refuses a contender that loses sessions', async () => {
    const baseline: Contender = {
      ...sqlite.baseline,
      name: 'forgetful',
      open: async (directory) => ({ ...(await sqlite.baseline.open(directory)), save: () => undefined }),
    };
    const forgetful: Backend = { ...sqlite, baseline, lines: [baseline], collectors: [] };
    await expect(measureBackend(forgetful, plan, parent, () => {})).rejects.toThrow(
      'forgetful holds 0 sessions, not 50.',
    );
  });
});
