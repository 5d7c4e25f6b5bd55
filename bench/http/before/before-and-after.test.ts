import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCheckout } from '../../test/other-checkout.ts';
import { bareListener } from '../applications/node-application.ts';
import { nodeSqlite } from '../applications/node-store.ts';
import { reactRouterFile } from '../applications/react-router.ts';
import { frameworks, matches } from '../applications.ts';
import { measureHttp, routes } from '../measure-http.ts';
import { startServer } from '../server-process.ts';
import { withBefore } from './before-and-after.ts';

let parent: string;
let checkouts: { before: string; after: string };
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'store-bench-before-'));
  checkouts = {
    before: makeCheckout(join(parent, 'older'), 'the older build'),
    after: makeCheckout(join(parent, 'newer'), 'the newer build'),
  };
});
afterEach(() => rmSync(parent, { recursive: true }));

const nodeHttp = { title: 'node:http', bare: bareListener, applications: [reactRouterFile, nodeSqlite] };
const match = { ours: nodeSqlite, peer: reactRouterFile };

describe('withBefore', () => {
  it('adds the older build and a control for each application of ours, and for nobody else', () => {
    const { frameworks: entered, builds } = withBefore({ frameworks, matches }, checkouts);
    for (const [index, { title, applications }] of frameworks.entries()) {
      const ours = applications.map(({ name }) => name).filter((name) => name.startsWith('@store/'));
      expect(entered[index]?.title).toBe(title);
      expect(entered[index]?.applications.map(({ name }) => name)).toEqual([
        ...applications.map(({ name }) => name),
        ...ours.flatMap((name) => [`${name} (before)`, `A/A control: ${name} again`]),
      ]);
    }
    expect(builds).toHaveLength(8);
  });

  it('compares with peers what is measured', () => {
    const { matches: own, builds } = withBefore({ frameworks: [nodeHttp], matches: [match] }, checkouts);
    expect(own).toEqual([{ ours: builds[0]?.after, peer: reactRouterFile }]);
    expect(own[0]?.ours).toBe(builds[0]?.after);
  });
});

describe('the process of an application', () => {
  it('imports the packages of its checkout, and so do those packages', async () => {
    const [build] = withBefore({ frameworks: [nodeHttp], matches: [] }, checkouts).builds;
    if (!build) throw new Error('Nothing of ours was found.');
    const { before, after, control } = build;
    for (const [application, expected] of [
      [before, 'the older build'],
      [after, 'the newer build'],
      [control, 'the newer build'],
      [nodeSqlite, null],
    ] as const) {
      const server = await startServer(application, mkdtempSync(join(parent, 'files-')));
      try {
        const response = await fetch(`${server.origin}/fill/1`);
        expect(await response.text()).toBe('filled');
        expect(response.headers.get('x-build'), application.name).toBe(expected);
      } finally {
        await server.stop();
      }
    }
  });

  it('takes part in every round, on each route', async () => {
    const entered = withBefore({ frameworks: [nodeHttp], matches: [] }, checkouts);
    const plan = { rounds: 2, warmUpTime: 5, blockTime: 5, connections: 2, sessions: 4 };
    const samples = await measureHttp(entered.frameworks, plan, parent, () => {});
    for (const application of entered.builds.flatMap(({ after, before, control }) => [
      after,
      before,
      control,
    ])) {
      for (const route of routes) {
        const of = samples.filter((sample) => sample.application === application && sample.route === route);
        expect(of.map(({ round }) => round)).toEqual([1, 2]);
      }
    }
    // One after the other, while the machine is as fast as it is.
    const [build] = entered.builds;
    for (const round of [1, 2]) {
      for (const route of routes) {
        const turns = samples.filter((sample) => sample.round === round && sample.route === route);
        const ours = turns.map(({ application }) => Object.values(build ?? {}).includes(application));
        expect(ours.lastIndexOf(true) - ours.indexOf(true)).toBe(2);
      }
    }
    expect(readdirSync(parent).sort()).toEqual(['newer', 'older']);
  });
});
