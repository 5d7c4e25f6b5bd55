import { describe, expect, it } from 'vitest';
import type { Application } from './application.ts';
import { addedTime, httpReport } from './http-report.ts';
import { type HttpSample, type Route, routes } from './measure-http.ts';

const application = (name: string): Application => ({
  name,
  module: import.meta.url,
  start: () => Promise.reject(new Error('never started')),
});
const [bare, ours, peer] = ['bare', 'ours', 'peer'].map(application) as [
  Application,
  Application,
  Application,
];

/** Ten requests in 5 ms, at this much processor time each. */
function sample(of: Application, route: Route, round: number, each: number): HttpSample {
  const latencies = Array.from({ length: 10 }, () => 0.5);
  return { application: of, route, round, cpu: each * 10, requests: 10, milliseconds: 5, latencies };
}

describe('addedTime', () => {
  it('takes off the bare framework of the same round, and leaves out rounds without it', () => {
    const own = [sample(ours, 'read', 1, 50), sample(ours, 'read', 2, 90), sample(ours, 'read', 3, 60)];
    const base = [sample(bare, 'read', 2, 80), sample(bare, 'read', 1, 20)];
    expect(addedTime(own, base)).toEqual(
      new Map([
        [1, 30],
        [2, 10],
      ]),
    );
  });
});

describe('httpReport', () => {
  it('shows what sessions add, and ours as a share of the peer in the same rounds', () => {
    const samples = routes.flatMap((route) =>
      [1, 2, 3].flatMap((round) => [
        sample(bare, route, round, 20 * round),
        sample(ours, route, round, 20 * round + 10),
        sample(peer, route, round, 20 * round + 40),
      ]),
    );
    const report = httpReport(
      [{ title: 'Framework', bare, applications: [ours, peer] }],
      [{ ours, peer }],
      samples,
    );
    expect(report).toMatch(/\| bare +\| +2,000 \| +40\.0 \| +\| +0\.50 \|/);
    expect(report).toMatch(/\| ours +\| +2,000 \| +50\.0 \| \*\*10\.0\*\* \(10\.0–10\.0\) \|/);
    expect(report).toMatch(
      /\| Framework, ours \| Framework, peer \| \*\*0\.25\*\* \(0\.25–0\.25\) \| \*\*0\.25\*\* \(0\.25–0\.25\) \|/,
    );
  });
});
