import type { Spread } from '../measure/statistics.ts';
import type { BackendResults, CellResults, HttpAppResults, Results, Run } from '../report/results.ts';

export const run: Run = {
  date: '2026-01-02T03:04Z',
  command: 'npx pnpm bench',
  quick: false,
  seconds: 321,
  node: 'v24.0.0',
  system: 'Linux 6.1.0',
  processors: '2 × Some Processor',
  files: 'disk',
};

export const around = (median: number): Spread => ({ low: median * 0.9, median, high: median * 1.1 });

function cells(rates: { [operation: string]: [one: number, many: number] }): CellResults[] {
  return [1, 32].flatMap((inFlight, index) =>
    Object.entries(rates).map(([operation, ratios]) => ({
      operation,
      inFlight,
      rate: 1000 * (ratios[index] as number),
      rateRatio: around(ratios[index] as number),
      processor: 10,
      processorRatio: around(1),
      p99: 0.25,
    })),
  );
}

const every = (one: number, many: number) => ({
  'save new': [one, many] as [number, number],
  'save over': [one, many] as [number, number],
  'load hit': [one, many] as [number, number],
  request: [one, many] as [number, number],
});

const loads = { perSecond: 1, p99: 1, slowest: 1 };

/** A backend where ours wins with 32 in flight, and a careless peer one at a time. */
export const sqlite: BackendResults = {
  run,
  title: 'SQLite',
  resident: 10_000,
  rounds: 15,
  blocks: 8,
  comparisons: [
    {
      title: 'Equal settings',
      note: 'All alike.',
      baseline: 'bare: statements',
      lines: [
        { name: 'bare: statements', cells: cells(every(1, 1)) },
        { name: 'A/A control: the bare line again', cells: cells(every(0.97, 1.04)) },
        { name: '@store/sqlite, database given', cells: cells(every(0.8, 1.5)) },
        { name: 'bare: plain <ids> & index', cells: cells(every(0.5, 0.6)) },
        { name: 'careless 1.2.3', caveat: 'no expiry', cells: cells(every(0.9, 0.95)) },
        { name: 'creator 4.5.6', cells: cells({ 'save new': [0.1, 0.2], 'load hit': [0.3, 0.4] }) },
      ],
    },
  ],
  collection: {
    sessions: 100_000,
    expired: 10_000,
    rounds: 5,
    lines: [
      {
        name: 'bare: statements',
        milliseconds: 20,
        longestBlock: 20,
        longestBlockRatio: 1,
        loads,
        idle: loads,
      },
      {
        name: '@store/sqlite',
        milliseconds: 25,
        longestBlock: 0.5,
        longestBlockRatio: 0.025,
        loads,
        idle: loads,
      },
      {
        name: 'careless 1.2.3',
        milliseconds: 30,
        longestBlock: 30,
        longestBlockRatio: 1.5,
        loads,
        idle: loads,
      },
    ],
  },
};

function app(name: string, kind: HttpAppResults['kind'], added?: number): HttpAppResults {
  const figures = (times: number) => ({
    perSecond: around(3000 / times),
    processor: around(80 + (added ?? 0) * times),
    ...(added !== undefined && { session: around(added * times) }),
    p99: around(12),
  });
  return { framework: 'Express', name, kind, scenarios: { read: figures(1), rw: figures(2) } };
}

export const results: Results = {
  backends: { sqlite },
  http: {
    run,
    note: 'On loopback.',
    connections: 32,
    rounds: 15,
    scenarios: ['read', 'rw'],
    apps: [
      app('bare', 'bare'),
      app('express-session 1.19.0, MemoryStore', 'peer', 200),
      app('@store/session + SQLite', 'ours', 90),
    ],
    matches: [],
  },
  scale: {},
  memory: {},
};
