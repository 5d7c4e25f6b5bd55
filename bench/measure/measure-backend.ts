import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Backend, contendersOf } from '../contender.ts';
import type { Plan } from '../plan.ts';
import { fill } from '../workload/fill.ts';
import { type Entrant, operations } from '../workload/operations.ts';
import { type Collection, runCollections } from './collection.ts';
import { runRounds, type Sample } from './rounds.ts';

export interface Measurement {
  /** How often contenders changed places within one operation of one round. */
  blocks: number;
  samples: Sample[];
  collections: Collection[];
}

/** Opens every contender of a backend on a directory of its own, measures, closes and leaves nothing behind. */
export async function measureBackend(
  backend: Backend,
  given: Plan,
  parent: string,
  onStep: (text: string, share: number) => void,
): Promise<Measurement> {
  const plan = withBlocksOf(backend, given);
  const directory = mkdtempSync(join(parent, `${backend.name}-`));
  const entrants: Entrant[] = [];
  try {
    for (const [index, { name, open }] of contendersOf(backend).entries()) {
      const own = join(directory, String(index));
      mkdirSync(own);
      const store = await open(own);
      entrants.push({ name, store, created: [] });
      await fill(store, 0, plan.resident);
    }
    const chosen = operations.filter(({ name }) => backend.operations?.includes(name) ?? true);
    const collectors = new Set(backend.collectors.map(({ name }) => name));
    return {
      blocks: plan.blocks,
      samples: await runRounds(entrants, chosen, plan, onStep),
      collections: await runCollections(
        entrants.filter(({ name }) => collectors.has(name)),
        plan,
        onStep,
      ),
    };
  } finally {
    for (const { store } of entrants) await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function withBlocksOf({ blocks }: Backend, plan: Plan): Plan {
  return blocks ? { ...plan, blocks: plan.blocks * blocks.times, blockSize: blocks.sizes } : plan;
}
