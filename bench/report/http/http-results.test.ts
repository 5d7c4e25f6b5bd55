import { expect, it } from 'vitest';
import { run } from '../../test/sample-results.ts';
import { httpReport } from './http-report.ts';
import { httpResults } from './http-results.ts';

const [bare, ours, peer] = ['bare', '@store/session + SQLite', 'express-session 1.19.0'].map((name) => ({
  name,
})) as [{ name: string }, { name: string }, { name: string }];

/** Ten requests in 5 ms, at this much processor time each. */
function sample(application: { name: string }, route: string, round: number, each: number) {
  const latencies = Array.from({ length: 10 }, () => 0.5);
  return { application, route, round, cpu: each * 10, requests: 10, milliseconds: 5, latencies };
}

const results = httpResults({
  run,
  note: 'On loopback.',
  connections: 32,
  frameworks: [{ title: 'Express 5', bare, applications: [peer, ours] }],
  matches: [{ ours, peer }],
  samples: ['read', 'rw'].flatMap((route) =>
    [1, 2, 3].flatMap((round) => [
      sample(bare, route, round, 20 * round),
      sample(ours, route, round, 20 * round + 10),
      sample(peer, route, round, 20 * round + 40),
    ]),
  ),
});

it('takes off the bare framework of the same round, so that a slow round of both leaves no trace', () => {
  const app = results.apps.find(({ name }) => name === ours.name);
  expect(app).toMatchObject({ framework: 'Express 5', kind: 'ours' });
  expect(app?.scenarios.rw).toMatchObject({
    perSecond: { median: 2000 },
    session: { low: 10, median: 10, high: 10 },
    p99: { median: 0.5 },
  });
  expect(results.apps[0]).toMatchObject({ kind: 'bare' });
  expect(results.apps[0]?.scenarios.read?.session).toBeUndefined();
});

it('gives ours as a share of the peer in the same rounds', () => {
  expect(results.matches).toEqual([
    {
      ours: 'Express 5, @store/session + SQLite',
      peer: 'Express 5, express-session 1.19.0',
      scenarios: {
        read: { low: 0.25, median: 0.25, high: 0.25 },
        rw: { low: 0.25, median: 0.25, high: 0.25 },
      },
    },
  ]);
});

it('prints the bare framework, then who adds least', () => {
  const names = httpReport(results)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|')[1]?.trim());
  expect(names.slice(2, 5)).toEqual(['bare', '@store/session + SQLite', 'express-session 1.19.0']);
});
