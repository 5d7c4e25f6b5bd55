import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { committedResults } from '../command.ts';
import type { Backend, Contender } from '../contender.ts';
import type { Sample } from '../measure/rounds.ts';
import { fullPlan } from '../plan.ts';
import { backendResults } from './backend-results.ts';
import { chart } from './chart.ts';
import { httpResults } from './http-results.ts';
import { report } from './report.ts';
import type { HttpKind, Results, Run } from './results.ts';
import { mergeResults, readResults, resultFiles, resultsJson, writeResults } from './results-file.ts';
import { beginRun } from './run-description.ts';
import { summary } from './summary.ts';

const run: Run = {
  date: '2026-01-02T03:04Z',
  command: 'npx pnpm bench',
  quick: false,
  seconds: 321,
  node: 'v24.0.0',
  system: 'Linux 6.1.0',
  processors: '2 × Some Processor',
  files: 'disk',
};

const contender = (name: string, kind: Contender['kind'], caveat?: string): Contender => ({
  name,
  kind,
  ...(caveat !== undefined && { caveat }),
  open: () => {
    throw new Error('is not opened to be reported');
  },
});
const bare = contender('bare', 'bare');
const ours = contender('@store/sqlite', 'ours');
const careless = contender('careless 1.2.3', 'peer', 'no <expiry>');
const backend: Backend = {
  name: 'sqlite',
  title: 'SQLite',
  note: 'All alike.',
  baseline: bare,
  lines: [bare, ours, careless],
  collectors: [bare, ours],
};

/** Ten operations that take `each` milliseconds in turn 1, and `turn` times as long in later turns. */
function sample(
  { name }: Contender,
  operation: string,
  inFlight: number,
  turn: number,
  each: number,
): Sample {
  const milliseconds = each * turn;
  const latencies = [milliseconds / 10];
  const cpu = milliseconds * 500;
  return { contender: name, operation, inFlight, round: turn, turn, done: 10, milliseconds, cpu, latencies };
}

const collection = ({ name }: Contender, round: number, longestBlock: number) => ({
  contender: name,
  round,
  milliseconds: 10,
  longestBlock,
  loadP99: 3,
  idleP99: 1,
});

const sqlite = backendResults(
  backend,
  {
    blocks: 8,
    samples: [1, 2, 3].flatMap((turn) =>
      [1, 32].flatMap((inFlight) => [
        sample(bare, 'request', inFlight, turn, 1),
        sample(ours, 'request', inFlight, turn, 0.5),
        sample(careless, 'request', inFlight, turn, 2),
        sample(bare, 'touch', inFlight, turn, 1),
        sample(ours, 'touch', inFlight, turn, 1),
      ]),
    ),
    collections: [1, 2].flatMap((round) => [collection(bare, round, 8), collection(ours, round, 2)]),
  },
  fullPlan,
  run,
);

const application = (name: string, kind: HttpKind, variantOf?: string) => ({
  framework: 'Express 5',
  name,
  kind,
  ...(variantOf !== undefined && { variantOf }),
  start: () => {
    throw new Error('is not started to be reported');
  },
});
const bareServer = application('bare', 'bare');
const servers = [
  { server: bareServer, adds: 0 },
  { server: application('@store/sqlite', 'ours'), adds: 34.9499 },
  { server: application('@store/sqlite (before)', 'before', '@store/sqlite'), adds: 4 * 34.9499 },
  { server: application('express-session 1.19.0 + MemoryStore', 'peer'), adds: 30 },
];

/** Each round is slower than the one before, for all contenders. */
const http = httpResults(
  servers.map(({ server }) => server),
  [1, 2, 3].flatMap((round) =>
    servers.map(({ server, adds }) => ({
      application: server,
      scenario: 'read',
      round,
      requests: 10,
      milliseconds: 5,
      cpu: (20 * round + adds) * 10,
      latencies: [0.5],
    })),
  ),
  { run, note: 'On loopback.' },
);

const results: Results = { backends: { sqlite }, http };

const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe('the figures of a backend', () => {
  it('compare measurements of the same turn', () => {
    const [cell] = sqlite.lines[1]?.cells ?? [];
    expect(cell).toMatchObject({
      operation: 'request',
      inFlight: 1,
      rate: 10_000,
      rateRatio: { low: 2, median: 2, high: 2 },
      processor: 50,
      processorRatio: { median: 0.5 },
    });
  });

  it('leave out an operation that a contender does not support', () => {
    expect(sqlite.lines.map(({ cells }) => cells.length)).toEqual([4, 4, 2]);
  });

  it('show the effect of garbage collection on concurrent loads', () => {
    expect(sqlite.collection).toMatchObject({ sessions: 100_000, rounds: 2 });
    expect(sqlite.collection?.lines[1]).toMatchObject({ longestBlock: 2, p99: 3, idleP99: 1 });
  });
});

describe('the figures over HTTP', () => {
  const figures = (name: string) => http.applications.find((one) => one.name === name)?.scenarios.read;

  it('subtract the bare framework of the same round, so that a round that is slow for both makes no difference', () => {
    expect(figures('@store/sqlite')).toMatchObject({
      perSecond: { median: 2000 },
      session: { median: expect.closeTo(34.9499) },
    });
    expect(figures('bare')).not.toHaveProperty('session');
  });

  it('compare an older build with ours in the same round, and nothing else', () => {
    expect(figures('@store/sqlite (before)')?.toOurs).toMatchObject({ median: expect.closeTo(4) });
    expect(figures('@store/sqlite')).not.toHaveProperty('toOurs');
  });
});

describe('report', () => {
  it('prints the value, ratio and quartiles of every operation, and why a comparison is unequal', () => {
    const rows = rowsOf(report(results));
    expect(rows).toContainEqual(['careless 1.2.3 (no <expiry>)', '2,500 · **0.50** (0.50–0.50)', '–']);
    expect(rows).toContainEqual(['@store/sqlite', '10.0', '2.00', '3.00', '1.00']);
  });

  it('prints before and after only if an older build took part', () => {
    expect(report(results)).toContain('Before and after');
    const applications = http.applications.filter(({ kind }) => kind !== 'before');
    expect(report({ ...results, http: { ...http, applications } })).not.toContain('Before and after');
  });

  it('says in one line when, where and how a part was measured', () => {
    expect(report(results)).toContain(
      '`npx pnpm bench`, a full run of 321 s on 2026-01-02 03:04 UTC, Node v24.0.0, Linux 6.1.0, 2 × Some Processor, files on a disk.',
    );
  });
});

it('the summary shows ours in bold above the peers that keep sessions in the same kind of place', () => {
  expect(rowsOf(summary(results)).slice(2)).toEqual([
    ['**@store/sqlite**', '**34.9**'],
    ['express-session 1.19.0 + MemoryStore', '30.0'],
  ]);
});

describe('chart', () => {
  it.each(['light', 'dark'] as const)('draws ours and the peers, in %s', async (theme) => {
    const svg = await chart(results, theme);
    expect(svg).toContain('>@store/sqlite<');
    expect(svg).toContain('>careless (no &lt;expiry&gt;)<');
    expect(svg).toContain('>2.00<');
    expect(svg).not.toContain('>bare<');
  });

  it('can be drawn before anything is measured', async () => {
    expect(await chart({ backends: {} }, 'light')).toContain('<svg');
  });
});

describe('results on disk', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'store-bench-results-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('are empty if nothing has been written', () => {
    expect(readResults(join(directory, 'nowhere'))).toEqual({ backends: {} });
  });

  it('are read back exactly as written, and produce the same files again', async () => {
    await writeResults(directory, results);
    expect(readResults(directory)).toEqual(JSON.parse(resultsJson(results)));
    const files = await resultFiles(readResults(directory));
    expect(readdirSync(directory).sort()).toEqual(Object.keys(files).sort());
    for (const [name, text] of Object.entries(files)) {
      expect(readFileSync(join(directory, name), 'utf8') === text, name).toBe(true);
    }
  });

  it('of one part replace its previous results and leave all other parts unchanged', () => {
    const later = { ...sqlite, run: { ...run, date: '2026-02-03T04:05Z' } };
    const before: Results = { ...results, backends: { sqlite, file: sqlite } };
    expect(mergeResults(before, { backends: { sqlite: later } })).toEqual({
      ...before,
      backends: { sqlite: later, file: sqlite },
    });
  });

  it('have four significant digits, and one line per figure so that diffs are readable', () => {
    const lines = resultsJson({ backends: { sqlite: { ...sqlite, resident: 0.000123456 } } }).split('\n');
    expect(lines.join('')).toContain('0.0001235');
    expect(lines.filter((line) => line.includes('"operation":"request"'))).toHaveLength(6);
  });

  it('in the repository match the committed reports; if not, run `npx pnpm bench --render`', async () => {
    const files = await resultFiles(readResults(committedResults));
    expect(readdirSync(committedResults).sort()).toEqual(Object.keys(files).sort());
    for (const [name, text] of Object.entries(files)) {
      expect(readFileSync(join(committedResults, name), 'utf8') === text, name).toBe(true);
    }
  });
});

it('a run names the command that repeats it', () => {
  const args = ['--quick', '--only', 'sqlite'];
  expect(beginRun(args, true, tmpdir())()).toMatchObject({
    command: 'npx pnpm bench --quick --only sqlite',
    quick: true,
  });
});
