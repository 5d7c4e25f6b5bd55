import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Setting } from '../parts.ts';
import type { MemoryPoint, MemoryResults, MemorySeries } from './memory-results.ts';
import { services, type VisitorService } from './visitors.ts';

/** After how many sessions memory is looked at. The first are enough for caches to be full and code to be compiled. */
export const fullCounts = [10_000, 100_000, 1_000_000];
export const quickCounts = [10_000, 20_000, 50_000];

/** Megabytes for the JavaScript heap of the process that serves: a leak of a hundred bytes a session would end it. */
const heapLimit = 64;

/** Lets processes of their own serve ever more sessions, and asks them what memory they have left. */
export async function measureMemory(
  counts: number[],
  { directory, onStep, run }: Pick<Setting, 'directory' | 'onStep' | 'run'>,
): Promise<MemoryResults> {
  const served: MemorySeries[] = [];
  for (const [index, service] of services.entries()) {
    const own = counts.map((count) => count * service.share);
    const points = await serve(service, own, directory, ({ sessions } = { sessions: 0 }) => {
      const share = (index + sessions / (own.at(-1) ?? 1)) / services.length;
      onStep(`${service.name}, ${sessions} of ${own.at(-1)} served`, share);
    });
    served.push({ name: service.name, points });
  }
  return { run: run(), heapLimit: heapLimit * 1024 * 1024, served };
}

export async function serve(
  { name }: VisitorService,
  counts: number[],
  parent: string,
  onPoint: (point?: Pick<MemoryPoint, 'sessions'>) => void = () => {},
): Promise<MemoryPoint[]> {
  const directory = mkdtempSync(join(parent, 'memory-'));
  const points: MemoryPoint[] = [];
  try {
    onPoint();
    const script = join(import.meta.dirname, 'serve-visitors.ts');
    const flags = ['--expose-gc', `--max-old-space-size=${heapLimit}`];
    const child = spawn(process.execPath, [...flags, script, name, directory, ...counts.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      const point = JSON.parse(line) as MemoryPoint;
      points.push(point);
      onPoint(point);
    }
    const [code, signal] = await exit;
    if (code !== 0) throw new Error(`A process that served sessions ended with ${code ?? signal}.`);
    return points;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
