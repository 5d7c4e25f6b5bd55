// Compares this checkout's build with an older one, in one process and in the same rounds: core alone, and each driver.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { checkBuilt, thisCheckout } from '../http/before/built-packages.ts';
import { seededRandom, shuffled } from '../measure/order.ts';
import { median, spread } from '../measure/statistics.ts';
import { type ImportBuilt, importsOf } from './built-imports.ts';
import { type Block, type OpenSubject, type Subject, subjects } from './subjects.ts';

/** What one operation cost in each round, in microseconds of processor time, by contender. */
type Costs = Map<string, number[]>;

const before = 'before';
const now = 'this build';
/** This build once more: what it differs by is noise. */
const control = 'A/A control';
const bare = 'bare read';

const warmUp = 10;

/** Lets the contenders take turns, in a new order each round. */
async function takeTurns(blocks: Map<string, Block>, size: number, rounds: number): Promise<Costs> {
  const random = seededRandom(7);
  const costs: Costs = new Map([...blocks.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds + warmUp; round++) {
    for (const [name, run] of shuffled([...blocks], random)) {
      // What one contender leaves behind is not collected in the turn of the next. All garbage would be too much: with it go the
      // shapes of objects that optimized code relies on.
      collectYoungGarbage();
      await new Promise((resume) => setImmediate(resume));
      const begun = process.cpuUsage();
      await run(round * 31);
      const { user, system } = process.cpuUsage(begun);
      if (round >= warmUp) costs.get(name)?.push((user + system) / size);
    }
  }
  return costs;
}

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as (options: { type: 'minor' }) => void;
const collectYoungGarbage = () => gc({ type: 'minor' });

/** The rows of one subject, a line of Markdown for each operation that both builds have. */
async function compare(
  subject: Subject,
  builds: ReadonlyMap<string, ImportBuilt>,
  directory: string,
  rounds: number,
): Promise<string[]> {
  const opened = new Map<string, OpenSubject>();
  for (const [name, imported] of builds)
    opened.set(name, await subject.open(imported, mkdtempSync(join(directory, 'build-'))));
  const rows: string[] = [];
  for (const operation of Object.keys(opened.get(now)?.operations ?? {})) {
    const blocks = new Map<string, Block>();
    for (const [name, { operations }] of opened) {
      const block = operations[operation];
      if (block) blocks.set(name, block);
    }
    const bareBlock = subject.bare?.[operation];
    if (bareBlock) blocks.set(bare, bareBlock);
    rows.push(rowOf(`${subject.name}: ${operation}`, await takeTurns(blocks, subject.block, rounds)));
  }
  for (const each of opened.values()) await each.close();
  return rows;
}

/** @param costs Without `before` where the older build has no such operation, without `bare read` where there is none. */
export function rowOf(title: string, costs: Costs): string {
  const of = (name: string) => costs.get(name) ?? [];
  const ratios = (name: string) =>
    of(name).length === 0 ? [] : of(now).map((cost, round) => cost / (of(name)[round] as number));
  const shown = (name: string) => {
    if (of(name).length === 0) return '–';
    const { low, median: middle, high } = spread(ratios(name));
    return `${middle.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
  };
  const over = (name: string) =>
    of(bare).length === 0 || of(name).length === 0
      ? '–'
      : median(of(name).map((cost, round) => cost - (of(bare)[round] as number))).toFixed(2);
  const cells = [
    title,
    median(of(now)).toFixed(2),
    shown(before),
    shown(control),
    ...[before, now, control].map(over),
  ];
  return `| ${cells.join(' | ')} |`;
}

const header = [
  '| | this build, µs | to before | to itself (A/A) | before over bare, µs | this build over bare | A/A over bare |',
  '| --- | --- | --- | --- | --- | --- | --- |',
];

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      before: { type: 'string' },
      only: { type: 'string', multiple: true, default: subjects.map(({ name }) => name) },
      rounds: { type: 'string', default: '150' },
      directory: { type: 'string', default: join(import.meta.dirname, '../node_modules') },
    },
  });
  if (values.before === undefined) throw new Error('Say which older build: --before <a checkout, built>.');
  const unknown = values.only.filter((only) => !subjects.some(({ name }) => name === only));
  if (unknown.length > 0)
    throw new Error(`There is no ${unknown}. There are ${subjects.map(({ name }) => name)}.`);
  checkBuilt(values.before);
  const directory = mkdtempSync(join(realpathSync(values.directory), '.builds-'));
  // Once for all subjects: two hooks of one copy would each mark its modules.
  const builds = new Map([
    [before, importsOf(resolve(values.before), 'before')],
    [now, importsOf(thisCheckout, 'now')],
    [control, importsOf(thisCheckout, 'control')],
  ]);
  try {
    console.log(header.join('\n'));
    for (const subject of subjects.filter(({ name }) => values.only.includes(name))) {
      console.log((await compare(subject, builds, directory, Number(values.rounds))).join('\n'));
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}
