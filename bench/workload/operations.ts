import type { Awaitable } from '@store/core';
import type { OpenContender } from '../contender.ts';
import { countView, sessionContent, sessionId } from './content.ts';

/** A contender, and what this run knows about its sessions. */
export interface Entrant {
  name: string;
  store: OpenContender;
  /** Ids that `save new` created, for `destroy`. */
  created: string[];
}

/** A number of operations on one contender, ready to be timed. */
export interface Block {
  count: number;
  run(index: number): unknown;
}

export interface Range {
  /** The first session number of this block: the same for all contenders, and different in every block. */
  from: number;
  count: number;
  /** How many sessions exist throughout the run, numbered from 0. */
  resident: number;
}

/** One column of the workload. */
export interface Operation {
  name: string;
  /** Whether it writes: its cost is then uneven, because of checkpoints and the like, so a sample is a whole round, not a block. */
  writes: boolean;
  /** Prepares ids and content, untimed; `undefined` if the contender has no such operation. */
  prepare(entrant: Entrant, range: Range): Awaitable<Block | undefined>;
}

const firstNew = 10_000_000;
const firstMissing = 1_000_000_000;
/** A prime that divides none of the resident counts in use, so that a block visits sessions far apart, and none twice. */
const stride = 7919;

function numbers<T>({ from, count }: Range, each: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => each(from + index));
}

const residentId = (n: number, { resident }: Range) => sessionId((n * stride) % resident);
const residents = (range: Range) => numbers(range, (n) => residentId(n, range));

function block<T>(items: T[], run: (item: T) => unknown): Block {
  return { count: items.length, run: (index) => run(items[index] as T) };
}

/** A request: loads the session and saves it with one more page view. */
export async function request(store: OpenContender, id: string): Promise<void> {
  const loaded = await store.load(id);
  if (store.update) {
    await store.update(id, loaded, countView);
    return;
  }
  const content = store.contentOf(loaded);
  if (content) await store.save(id, countView(content));
}

const reads = (name: string, prepare: Operation['prepare']) => ({ name, writes: false, prepare });
const writes = (name: string, prepare: Operation['prepare']) => ({ name, writes: true, prepare });

/** The order matters: `destroy` removes what `save new` created, so that every round starts with the same sessions. */
export const operations: Operation[] = [
  writes('save new', ({ store, created }, range) => {
    const fresh = numbers(range, (n) => ({ id: sessionId(firstNew + n), content: sessionContent(n) }));
    created.push(...fresh.map(({ id }) => id));
    return block(fresh, ({ id, content }) => store.save(id, content));
  }),
  writes('save over', ({ store }, range) => {
    if (store.writeOnce) return undefined;
    const changed = numbers(range, (n) => ({ id: residentId(n, range), content: sessionContent(n) }));
    return block(changed, ({ id, content }) => store.save(id, content));
  }),
  reads('load hit', ({ store }, range) => block(residents(range), (id) => store.load(id))),
  reads('load miss', ({ store }, range) => {
    const missing = numbers(range, (n) => sessionId(firstMissing + n));
    return block(missing, (id) => store.load(id));
  }),
  writes('touch', async ({ store }, range) => {
    if (!store.touch) return undefined;
    const visits: { id: string; loaded: unknown }[] = [];
    for (const id of residents(range)) visits.push({ id, loaded: await store.load(id) });
    return block(visits, ({ id, loaded }) => store.touch?.(id, loaded));
  }),
  writes('request', ({ store }, range) =>
    store.writeOnce ? undefined : block(residents(range), (id) => request(store, id)),
  ),
  writes('destroy', ({ store, created }, { count }) =>
    block(created.splice(0, count), (id) => store.destroy(id)),
  ),
];
