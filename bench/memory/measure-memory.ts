import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Setting } from '../parts.ts';
import type { MemoryPoint, MemoryResults } from './memory-results.ts';
import type { VisitorService } from './visitors.ts';

/** After how many sessions memory is looked at. The first are enough for caches to be full and code to be compiled. */
export const fullCounts = [10_000, 100_000, 1_000_000];
export const quickCounts = [10_000, 20_000, 50_000];

/** Megabytes for the JavaScript heap of the process that serves: a leak of a hundred bytes a session would end it. */
const heapLimit = 64;

/** Lets a process of its own serve ever more sessions, and asks it what memory it has left. */
export async function measureMemory(
  service: VisitorService,
  counts: number[],
  { directory, onStep, run }: Pick<Setting, 'directory' | 'onStep' | 'run'>,
): Promise<MemoryResults> {
  const own = counts.map((count) => count * service.share);
  const last = own.at(-1) ?? 1;
  const points = await serve(service, own, directory, (sessions) =>
    onStep(`${sessions} of ${last} served`, sessions / last),
  );
  return { run: run(), title: service.title, heapLimit: heapLimit * 1024 * 1024, points };
}

export async function serve(
  { name }: VisitorService,
  counts: number[],
  parent: string,
  onServed: (sessions: number) => void = () => {},
): Promise<MemoryPoint[]> {
  const directory = mkdtempSync(join(parent, 'memory-'));
  const points: MemoryPoint[] = [];
  try {
    onServed(0);
    const script = join(import.meta.dirname, 'serve-visitors.ts');
    const flags = ['--expose-gc', `--max-old-space-size=${heapLimit}`];
    const child = spawn(process.execPath, [...flags, script, name, directory, ...counts.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      const point = JSON.parse(line) as MemoryPoint | number;
      if (typeof point === 'number') onServed(point);
      else points.push(point);
    }
    const [code, signal] = await exit;
    if (code !== 0) throw new Error(`A process that served sessions ended with ${code ?? signal}.`);
    return points;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
