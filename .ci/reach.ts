import { mkdtempSync, rmSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How many files and function calls of ours one operation goes through, by package. */
export interface Reach {
  files: number;
  calls: number;
  packages: ReadonlyMap<string, { files: number; calls: number }>;
}

/** Counts an operation in its steady state: the third time it runs. */
export async function reachOf(operation: () => Promise<unknown>): Promise<Reach> {
  await operation();
  await operation();
  const inspector = new Session();
  inspector.connect();
  await inspector.post('Profiler.enable');
  await inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await operation();
  const { result } = await inspector.post('Profiler.takePreciseCoverage');
  inspector.disconnect();

  const packages = new Map<string, { files: number; calls: number }>();
  for (const { url, functions } of result) {
    const name = /\/packages\/([^/]+)\/(?:src|dist)\//.exec(url)?.[1];
    const calls = functions.reduce((sum, { ranges }) => sum + (ranges[0]?.count ?? 0), 0);
    if (name === undefined || calls === 0) continue;
    const before = packages.get(name) ?? { files: 0, calls: 0 };
    packages.set(name, { files: before.files + 1, calls: before.calls + calls });
  }
  const sum = (count: 'files' | 'calls') =>
    [...packages.values()].reduce((total, each) => total + each[count], 0);
  return { files: sum('files'), calls: sum('calls'), packages };
}

/** What may not be exceeded, so that a stranger can follow one operation with a debugger. */
export interface ReachLimit {
  files: number;
  calls: number;
}

/** What is too much, in words; `undefined` when nothing is. */
export function reachProblem(name: string, reach: Reach, limit: ReachLimit): string | undefined {
  if (reach.files <= limit.files && reach.calls <= limit.calls) return undefined;
  return `${name} goes through ${reach.files} files and ${reach.calls} calls, at most ${limit.files} and ${limit.calls} are allowed`;
}

async function operations(
  directory: string,
): Promise<[name: string, limit: ReachLimit, run: () => Promise<unknown>][]> {
  const { createSessionId } = await import('../packages/core/src/index.ts');
  const sqlite = await import('../packages/sqlite/src/index.ts');
  const file = await import('../packages/file/src/index.ts');
  const { sessionHandler } = await import('../packages/session/src/fetch.ts');
  const store = await sqlite.startSession({ database: join(directory, 'sessions.db'), cache: false });
  const files = await file.startSession({ directory: join(directory, 'files'), cache: false });
  const id = createSessionId();
  for (const each of [store, files]) await each.save(id, { n: 1 }, {});
  const cookie = `__Host-session=${id}`;
  const request = () => new Request('https://shop.example/', { headers: { cookie } });
  const options = { store, gcProbability: 0 };
  let n = 1;
  const set = sessionHandler((_request, session) => {
    session.set('n', n++);
    return new Response('ok');
  }, options);
  const read = sessionHandler((_request, session) => new Response(String(session.get('n'))), options);
  return [
    ['sqlite: load', { files: 7, calls: 20 }, () => store.load(id)],
    ['sqlite: save', { files: 11, calls: 50 }, () => store.save(id, { n: 1 }, {})],
    [
      'sqlite: load, update',
      { files: 13, calls: 95 },
      async () => store.update(id, (c) => c, { base: await store.load(id) }),
    ],
    ['file: load', { files: 12, calls: 60 }, () => files.load(id)],
    ['fetch and sqlite: a request that reads', { files: 27, calls: 125 }, () => read(request())],
    ['fetch and sqlite: a request that sets a key', { files: 34, calls: 270 }, () => set(request())],
  ];
}

if (import.meta.main) {
  const directory = mkdtempSync(join(tmpdir(), 'store-reach-'));
  const problems: string[] = [];
  for (const [name, limit, run] of await operations(directory)) {
    const reach = await reachOf(run);
    const parts = [...reach.packages]
      .map(([part, { files, calls }]) => `${part} ${files}/${calls}`)
      .join(', ');
    console.log(
      `${name.padEnd(46)} ${String(reach.files).padStart(3)} files ${String(reach.calls).padStart(4)} calls   (${parts})`,
    );
    const problem = reachProblem(name, reach, limit);
    if (problem) problems.push(problem);
  }
  rmSync(directory, { recursive: true, force: true });
  for (const problem of problems) console.error(problem);
  process.exit(problems.length > 0 ? 1 : 0);
}
