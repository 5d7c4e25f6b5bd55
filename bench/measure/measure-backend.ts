import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Backend, type Contender, contendersOf } from '../contender.ts';
import type { Plan } from '../plan.ts';
import { fill } from '../workload/fill.ts';
import { type Entrant, operations } from '../workload/operations.ts';
import { type Collection, runCollections } from './collection.ts';
import { runRounds, type Sample } from './rounds.ts';

export interface Measurement {
  /** How many times contenders took turns within one operation of one round. */
  blocks: number;
  samples: Sample[];
  collections: Collection[];
}

/** Opens every contender of a backend in a separate directory, measures them, closes them and removes their files. */
export async function measureBackend(
  backend: Backend,
  given: Plan,
  parent: string,
  onStep: (text: string, share: number) => void,
): Promise<Measurement> {
  const { times, sizes } = backend.blocks ?? { times: 1, sizes: given.blockSizes };
  const plan = { ...given, blocks: given.blocks * times, blockSizes: sizes };
  const chosen = operations.filter(({ name }) => backend.operations?.includes(name) ?? true);
  const directory = mkdtempSync(join(parent, `${backend.name}-`));
  const entrants = new Map<Contender, Entrant>();
  try {
    for (const contender of contendersOf(backend)) {
      const own = join(directory, String(entrants.size));
      mkdirSync(own);
      const store = await contender.open(own);
      entrants.set(contender, { name: contender.name, store, created: [] });
      await fill(store, 0, plan.resident);
    }
    const samples = await runRounds([...entrants.values()], chosen, plan, onStep);
    const collectors = backend.collectors.map((contender) => entrants.get(contender) as Entrant);
    const collections = await runCollections(collectors, plan, onStep);
    return { blocks: plan.blocks, samples, collections };
  } finally {
    for (const { store } of entrants.values()) await store.close?.();
    rmSync(directory, { recursive: true, force: true });
  }
}
