import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, type } from 'node:os';
import { withoutSlow } from './contender.ts';
import { cookie } from './contenders/cookie/cookie.ts';
import { file } from './contenders/file/file.ts';
import { sqlite } from './contenders/sqlite/sqlite.ts';
import { measureBackend } from './measure/measure-backend.ts';
import { readCommand } from './plan.ts';
import { collectionReport } from './report/collection-report.ts';
import { createProgress } from './report/progress.ts';
import { workloadReport } from './report/workload-report.ts';

const backends = [sqlite, file, cookie];

/** `tmpfs` is memory, and its figures are of the processor alone. */
function fileSystem(directory: string): string {
  const tmpfs = 0x01021994;
  return statfsSync(directory).type === tmpfs ? 'tmpfs' : 'disk';
}

const { plan, quick, only, markdown, directory } = readCommand(process.argv.slice(2), process.env);
const chosen = backends.filter(({ name }) => only === undefined || name === only);
if (chosen.length === 0) {
  console.error(`--only takes ${backends.map(({ name }) => name).join(' or ')}, not ${only}.`);
  process.exit(1);
}

mkdirSync(directory, { recursive: true });
const report = [
  `# Sessions, measured in turn (${quick ? 'quick' : 'full'} run)`,
  `${plan.resident.toLocaleString('en-US')} sessions of about 610 bytes, files on ${fileSystem(directory)}. ` +
    `Node ${process.version}, ${type()}, ${availableParallelism()} × ${cpus()[0]?.model.trim()}. Read the ratios: they compare blocks of ` +
    'a few milliseconds that took turns, whatever else the machine did.',
];
const progress = createProgress(process.stderr);
for (const all of chosen) {
  const backend = quick ? withoutSlow(all) : all;
  const { samples, collections } = await measureBackend(backend, plan, directory, progress.step);
  report.push(
    `## ${backend.title}`,
    `${new Set(samples.map(({ round }) => round)).size} rounds of ${plan.blocks} blocks.`,
    ...backend.comparisons.map((comparison) => workloadReport(comparison, samples)),
    ...(backend.collectors.length > 0
      ? [collectionReport(backend.collectors, collections, plan.collected)]
      : []),
  );
}
progress.end();

const text = `${report.join('\n\n')}\n`;
console.log(text);
if (markdown !== undefined) writeFileSync(markdown, text);
