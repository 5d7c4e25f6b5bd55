import { expect, it } from 'vitest';
import { run } from '../../test/sample-results.ts';
import { appsByFramework, type FrameworkApps } from './frameworks.ts';
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

const [control, before, again] = ['A/A control: bare again', '@store/session + SQLite (before)', 'again'].map(
  (name) => ({ name }),
) as [{ name: string }, { name: string }, { name: string }];

/** Sessions took 40 µs before and take 10 now, in rounds each slower than the one before. */
const compared = httpResults({
  run,
  note: 'On loopback.',
  connections: 32,
  frameworks: [
    { title: 'Express 5', bare, control, applications: [peer, ours, before, again] },
    { title: 'Fastify 5', bare: peer, applications: [] },
  ],
  matches: [],
  builds: [{ after: ours, before, control: again }],
  samples: [1, 2, 3].flatMap((round) => [
    sample(bare, 'read', round, 20 * round),
    sample(control, 'read', round, 22 * round),
    sample(ours, 'read', round, 20 * round + 10),
    sample(before, 'read', round, 20 * round + 40),
    sample(again, 'read', round, 20 * round + 11),
    sample(peer, 'read', round, 20 * round + 40),
  ]),
});

it('gives this build as a share of the older one in the same round, next to the same code again', () => {
  const of = (name: string) => compared.builds?.find((build) => build.name === name);
  expect(compared.builds?.map(({ name, kind }) => `${kind}: ${name}`)).toEqual([
    `control: ${control.name}`,
    `change: ${ours.name}`,
    `control: ${again.name}`,
  ]);
  expect(of(ours.name)?.scenarios.read).toMatchObject({
    perSecond: { median: 1 },
    processor: { median: 50 / 80 },
    session: { low: 0.25, median: 0.25, high: 0.25 },
  });
  expect(of(again.name)?.scenarios.read?.session).toEqual({ low: 1.1, median: 1.1, high: 1.1 });
  expect(of(control.name)?.scenarios.read?.processor.median).toBeCloseTo(1.1);
  expect(of(control.name)?.scenarios.read?.session).toBeUndefined();
});

it('prints before and after only when an older build took part', () => {
  const text = httpReport(compared);
  expect(text).toContain('### Before and after');
  expect(text).toMatch(/\| Express 5: @store\/session \+ SQLite +\|.*\*\*0\.25\*\* \(0\.25–0\.25\) \|/);
  expect(text).toMatch(/\| @store\/session \+ SQLite \(before\) +\|/);
  expect(httpReport(results)).not.toContain('Before and after');
  expect(results).not.toHaveProperty('builds');
});

it('leaves the older build out of what compares ours with peers', () => {
  const [{ withSessions, control: aa, builds }] = appsByFramework(compared) as [FrameworkApps];
  expect(withSessions.map(({ name }) => name)).toEqual([ours.name, peer.name]);
  expect(aa?.name).toBe(control.name);
  expect(builds.map(({ name }) => name)).toEqual([before.name, again.name]);
});

it('prints the bare framework, then who adds least', () => {
  const names = httpReport(results)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|')[1]?.trim());
  expect(names.slice(2, 5)).toEqual(['bare', '@store/session + SQLite', 'express-session 1.19.0']);
});
