import { memoryReport } from '../memory/memory-report.ts';
import { scaleReport } from '../scale/scale-report.ts';
import { collectionReport } from './collection-report.ts';
import { number } from './format.ts';
import { httpReport } from './http/http-report.ts';
import type { BackendResults, Results } from './results.ts';
import { runLine } from './run-description.ts';
import { workloadReport } from './workload-report.ts';

/** Backends as all reports order them; those that are not named here come last. */
const order = ['sqlite', 'postgres', 'file', 'cookie'];

export function inOrder<T>(byName: { [name: string]: T }): [name: string, results: T][] {
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.entries(byName).sort(([one], [other]) => place(one) - place(other));
}

/** The whole report as Markdown. */
export function report(results: Results): string {
  const memory = Object.values(results.memory);
  const parts = [
    '# Sessions, measured in turn',
    'Read the ratios: they compare blocks of a few milliseconds that took turns, whatever else the machine did.',
    ...inOrder(results.backends).map(([, backend]) => backendReport(backend)),
    ...(results.http ? [httpReport(results.http)] : []),
    ...section(
      'Among ever more sessions',
      inOrder(results.scale).map(([, scale]) => scaleReport(scale)),
    ),
    ...(memory.length > 0 ? [memoryReport(memory)] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

function section(title: string, parts: string[]): string[] {
  return parts.length > 0 ? [`## ${title}`, ...parts] : [];
}

function backendReport({
  run,
  title,
  resident,
  rounds,
  blocks,
  comparisons,
  collection,
}: BackendResults): string {
  return [
    `## ${title}`,
    runLine(run),
    `${number(resident)} sessions of about 610 bytes, ${rounds} rounds of ${blocks} blocks.`,
    ...comparisons.map(workloadReport),
    ...(collection ? [collectionReport(collection)] : []),
  ].join('\n\n');
}
