// Measures a store with 10,000, 100,000 and 1,000,000 sessions: `pnpm scale sqlite`. Files need 9 GB and 2.3 million inodes.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { file } from '../contenders/file/file.ts';
import { postgres } from '../contenders/postgres/postgres.ts';
import { sqlite } from '../contenders/sqlite/sqlite.ts';
import { runBlock } from '../measure/block.ts';
import { seededRandom, shuffled } from '../measure/order.ts';
import { median } from '../measure/statistics.ts';
import { number, table } from '../report/markdown.ts';
import { fill } from '../workload/fill.ts';
import { type Entrant, operations } from '../workload/operations.ts';

const backends = { sqlite, postgres, file };
const perTransaction = 10_000;
const measured = ['load hit', 'save over', 'request', 'save new'];

type Sized = Entrant & { size: number; directory: string };
/** What one operation cost in one round: microseconds, and the numbers of system calls that read and write. */
type Cost = { time: number; reads: number; writes: number };

/** How the cost of each operation changes with the number of sessions: a Markdown table. */
export async function measureScale(
  name: keyof typeof backends,
  { sizes, rounds, count = 400, parent }: { sizes: number[]; rounds: number; count?: number; parent: string },
): Promise<string> {
  const { baseline, lines } = backends[name];
  const ours = lines.findLast(({ kind, slow }) => kind === 'ours' && !slow);
  const directory = mkdtempSync(join(parent, `scale-${name}-`));
  const entrants: Sized[] = [];
  try {
    for (const size of sizes) {
      for (const contender of [baseline, ...(ours ? [ours] : [])]) {
        const own = join(directory, String(entrants.length));
        mkdirSync(own);
        const store = await contender.open(own);
        entrants.push({ name: contender.name, store, created: [], size, directory: own });
        for (let from = 0; from < size; from += perTransaction)
          await fill(store, from, Math.min(perTransaction, size - from));
      }
    }
    return scaleTable(entrants, await runRounds(entrants, rounds, count));
  } finally {
    for (const { store } of entrants) await store.close?.();
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * All sizes take turns, so that each is compared with the smallest within the same minute. No block visits a session that an earlier
 * block has just visited: with many sessions, every session visited has been idle for a long time.
 */
async function runRounds(entrants: Sized[], rounds: number, count: number) {
  const random = seededRandom(1);
  const costs = new Map<string, Cost[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const operation of operations.filter(({ name }) => measured.includes(name))) {
      for (const { store } of entrants) await store.maintain?.();
      for (const entrant of shuffled(entrants, random)) {
        const from = (round * measured.length + measured.indexOf(operation.name)) * count;
        const block = await operation.prepare(entrant, { from, count, resident: entrant.size });
        if (!block) continue;
        const before = kernelCalls();
        const { milliseconds } = await runBlock(block, 1, entrant.store.rest);
        const after = kernelCalls();
        const cost = {
          time: (milliseconds * 1000) / count,
          reads: (after.reads - before.reads) / count,
          writes: (after.writes - before.writes) / count,
        };
        const key = `${entrant.directory} ${operation.name}`;
        if (round > 0) costs.set(key, [...(costs.get(key) ?? []), cost]);
      }
    }
    for (const { store, created } of entrants) {
      for (const id of created.splice(0)) await store.destroy(id);
    }
  }
  return costs;
}

/** The process's totals so far, on Linux. */
function kernelCalls(): { reads: number; writes: number } {
  const text = process.platform === 'linux' ? readFileSync('/proc/self/io', 'utf8') : '';
  const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return { reads: count('syscr'), writes: count('syscw') };
}

function scaleTable(entrants: Sized[], costs: Map<string, Cost[]>): string {
  const smallest = (name: string) => entrants.find((entrant) => entrant.name === name) as Sized;
  const columns = measured.map((operation) => `${operation}: µs · rate to the fewest · reads, writes`);
  return table(
    ['', 'sessions', ...columns, 'bytes each'],
    entrants.map((entrant) => {
      const { name, size, directory } = entrant;
      const cells = measured.map((operation) => {
        const own = costs.get(`${directory} ${operation}`) ?? [];
        const first = costs.get(`${smallest(name).directory} ${operation}`) ?? [];
        const ratio = median(own.map(({ time }, round) => (first[round]?.time ?? Number.NaN) / time));
        const middle = (figure: (cost: Cost) => number) => number(median(own.map(figure)));
        return `${middle(({ time }) => time)} · ${ratio.toFixed(2)} · ${middle(({ reads }) => reads)}, ${middle(({ writes }) => writes)}`;
      });
      return [name, number(size), ...cells, number(allocated(directory) / size)];
    }),
  );
}

/** The disk space used by the files under a directory; zero with a server, which keeps its files elsewhere. */
function allocated(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((path) => statSync(join(directory, path)).blocks * 512)
    .reduce((sum, bytes) => sum + bytes, 0);
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sizes: { type: 'string', default: '10000,100000,1000000' },
      directory: { type: 'string', default: join(import.meta.dirname, '../node_modules/.cache') },
    },
  });
  const [name = ''] = positionals;
  if (!(name in backends)) throw new Error(`Name a backend to measure: ${Object.keys(backends).join(', ')}.`);
  mkdirSync(values.directory, { recursive: true });
  const plan = { sizes: values.sizes.split(',').map(Number), rounds: 20, parent: values.directory };
  console.log(await measureScale(name as keyof typeof backends, plan));
}
