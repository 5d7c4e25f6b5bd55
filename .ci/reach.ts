// Prints how many of our files and calls one operation goes through: all that a newcomer with a debugger would have to follow.
import { mkdtempSync, rmSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How many of our files and function calls one operation goes through, by package. */
export interface Reach {
  files: number;
  calls: number;
  packages: ReadonlyMap<string, { files: number; calls: number }>;
}

/** Counts an operation in its steady state: its third run, alone in its turn of the event loop. */
export async function reachOf(operation: () => Promise<unknown>): Promise<Reach> {
  const { now } = performance;
  const began = now.call(performance);
  // Some checks are repeated after a few milliseconds, and counting takes longer than that on a busy machine.
  performance.now = () => began;
  try {
    for (let before = 0; before < 2; before += 1) {
      await operation();
      await new Promise((resolve) => setTimeout(resolve));
    }
    return await count(operation);
  } finally {
    performance.now = now;
  }
}

async function count(operation: () => Promise<unknown>): Promise<Reach> {
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

async function operations(directory: string): Promise<[name: string, run: () => Promise<unknown>][]> {
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
    ['sqlite: load', () => store.load(id)],
    ['sqlite: save', () => store.save(id, { n: 1 }, {})],
    ['sqlite: load, update', async () => store.update(id, (c) => c, { base: await store.load(id) })],
    ['file: load', () => files.load(id)],
    ['fetch and sqlite: a request that reads', () => read(request())],
    ['fetch and sqlite: a request that sets a key', () => set(request())],
  ];
}

if (import.meta.main) {
  const directory = mkdtempSync(join(tmpdir(), 'store-reach-'));
  for (const [name, run] of await operations(directory)) {
    const reach = await reachOf(run);
    const parts = [...reach.packages]
      .map(([part, { files, calls }]) => `${part} ${files}/${calls}`)
      .join(', ');
    console.log(
      `${name.padEnd(46)} ${String(reach.files).padStart(3)} files ${String(reach.calls).padStart(4)} calls   (${parts})`,
    );
  }
  rmSync(directory, { recursive: true, force: true });
  process.exit();
}
