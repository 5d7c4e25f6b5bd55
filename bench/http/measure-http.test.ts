import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bareListener, bareListenerAgain } from './applications/node-application.ts';
import { nodeSqlite } from './applications/node-store.ts';
import { measureHttp, routes } from './measure-http.ts';

const plan = { rounds: 2, warmUpTime: 5, blockTime: 5, connections: 2, sessions: 4 };

describe('measureHttp', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'store-bench-http-'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('measures each application in its own process, in each round on each route, and leaves no file', async () => {
    const framework = { title: 'node:http', bare: bareListener, applications: [nodeSqlite] };
    const samples = await measureHttp([framework], plan, parent, () => {});
    for (const application of [bareListener, nodeSqlite]) {
      for (const route of routes) {
        const of = samples.filter((sample) => sample.application === application && sample.route === route);
        expect(of.map(({ round }) => round)).toEqual([1, 2]);
        for (const { requests, cpu } of of) {
          expect(requests).toBeGreaterThan(0);
          expect(cpu).toBeGreaterThan(0);
        }
      }
    }
    expect(readdirSync(parent)).toEqual([]);
  });

  it('measures nothing when an application does not keep sessions', async () => {
    const framework = { title: 'node:http', bare: bareListener, applications: [bareListenerAgain] };
    await expect(measureHttp([framework], plan, parent, () => {})).rejects.toThrow(
      `${bareListenerAgain.name}: /rw was answered with 1, not 2.`,
    );
    expect(readdirSync(parent)).toEqual([]);
  });
});
