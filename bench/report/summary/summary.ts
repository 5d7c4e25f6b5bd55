import { markdownTable } from '../format.ts';
import { linesOf } from '../line-kind.ts';
import { inOrder } from '../report.ts';
import type { HttpResults, Results } from '../results.ts';
import { machine } from '../run-description.ts';
import { backendRows, summaryHead } from './backend-rows.ts';
import { httpHead, httpRows } from './http-rows.ts';

/** The short table that the root README quotes. */
export function summary(results: Results): string {
  const backends = inOrder(results.backends).map(([, backend]) => backend);
  const peers: string[] = [];
  const markOf = (peer: string) => {
    if (!peers.includes(peer)) peers.push(peer);
    return `<sup>${peers.indexOf(peer) + 1}</sup>`;
  };
  const rows = backends.flatMap((backend) => backendRows(backend, markOf));
  const inFlight = backends[0]?.comparisons[0]?.lines[0]?.cells.at(-1)?.inFlight;
  const all = backends
    .flatMap(({ comparisons }) => comparisons.slice(0, 1))
    .flatMap((comparison) => linesOf(comparison, 'peer'));
  const others = all.map(({ name }) => name).filter((name) => !peers.includes(name));
  const caveatOf = (peer: string) => {
    const caveat = all.find(({ name }) => name === peer)?.caveat;
    return caveat === undefined ? '' : ` (${caveat})`;
  };

  const parts = [
    `One at a time · ${inFlight} in flight. The first line of a backend is that backend without a session store, in operations per ` +
      'second; below it, ratios to it in the same turn: 2 is twice as fast. **Bold** is where no peer is ahead.',
    markdownTable(summaryHead, rows),
    `${peers.map((peer) => `${markOf(peer)} ${peer}${caveatOf(peer)}`).join(' · ')}.` +
      (others.length > 0 ? ` Measured too, and ahead in no column: ${others.join(', ')}.` : ''),
    ...(results.http ? [httpSummary(results.http)] : []),
    runs(results),
  ];
  return `${parts.join('\n\n')}\n`;
}

function httpSummary(http: HttpResults): string {
  return [
    `Over HTTP, ${http.connections} connections: processor time that the session layer adds to a request of the same framework ` +
      'without sessions, in µs.',
    markdownTable(httpHead(http), httpRows(http)),
  ].join('\n\n');
}

/** When and where: what was measured in runs of the same kind, day and machine shares a sentence. */
function runs({ backends, http }: Results): string {
  const parts = [
    ...inOrder(backends).map(([, { run, title }]) => ({ run, title })),
    ...(http ? [{ run: http.run, title: 'HTTP' }] : []),
  ];
  const titles = new Map<string, string[]>();
  for (const { run, title } of parts) {
    const sentence = `${run.quick ? 'quick' : 'full'} run of ${run.date.slice(0, 10)}, ${machine(run)}.`;
    titles.set(sentence, [...(titles.get(sentence) ?? []), title]);
  }
  return [...titles].map(([sentence, of]) => `${of.join(', ')}: ${sentence}`).join(' ');
}
