import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Application, applications } from './applications.ts';
import { fullHttpPlan, measureHttp } from './measure-http.ts';

const plan = {
  ...fullHttpPlan,
  rounds: 2,
  warmUpTime: 5,
  leadInTime: 5,
  blockTime: 20,
  connections: 2,
  sessions: 4,
};
const [bare, control, ours] = ['bare', 'the same code again', '@store/sqlite'].map((name) =>
  applications.find((one) => one.framework === 'node:http' && one.name === name),
) as [Application, Application, Application];

describe('measureHttp', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'store-bench-http-'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('measures each application in a separate process, in each round of each scenario, and leaves no files', async () => {
    const samples = await measureHttp([bare, ours], plan, parent, () => {});
    for (const application of [bare, ours]) {
      for (const { name } of plan.scenarios) {
        const of = samples.filter((sample) => sample.application === application && sample.scenario === name);
        expect(of.map(({ round }) => round)).toEqual([1, 2]);
        for (const { requests, cpu } of of) {
          expect(requests).toBeGreaterThan(0);
          expect(cpu).toBeGreaterThan(0);
        }
      }
    }
    expect(readdirSync(parent)).toEqual([]);
  });

  it('measures nothing if an application does not keep sessions', async () => {
    const forgetful: Application = { ...control, kind: 'peer' };
    await expect(measureHttp([bare, forgetful], plan, parent, () => {})).rejects.toThrow(
      'the same code again on node:http: /rw returned 1, not 2.',
    );
    expect(readdirSync(parent)).toEqual([]);
  });
});
