// Captured when this module loads, so that an application's fake timers do not stop the store.
const { setTimeout, clearTimeout } = globalThis;

/** One caller waiting for the result of its item. */
interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

interface Batch {
  /** Its number of items. */
  count: number;
}

/** The result of an item that must run alone after all. */
export const runAlone = Symbol('runAlone');

/** How items are run. */
export interface BatcherOptions<Item, Result> {
  /** Runs one item alone. */
  runOne(item: Item, resolve: (result: Result) => void, reject: (error: unknown) => void): void;
  /** Runs several together. @returns the result of each, in order */
  runMany(items: Item[]): Promise<(Result | typeof runAlone)[]>;
  /** Whether a failed batch had no effect, so that each of its items may run alone. */
  isUndone(error: unknown): boolean;
  /** Items with the same key never share a batch. Omit if they may. */
  keyOf?(item: Item): string;
  /** The size of an item in characters. @default no item counts */
  sizeOf?(item: Item): number;
  /** How many batches may run at the same time; each gets its share of the items. @default 1 */
  concurrency?: number;
}

/** Turns work that returns a promise into a `runOne`. */
export function withPromise<Item, Result>(
  work: (item: Item) => Promise<Result>,
): BatcherOptions<Item, Result>['runOne'] {
  return (item, resolve, reject) => void work(item).then(resolve, reject);
}

/** The limits of a batch, in items and characters, so that no statement takes long. */
const maxItems = 100;
const maxSize = 1_000_000;

/** Fewer items than this are not split among batches. */
const minShare = 8;

/** Milliseconds after which a batch without a result no longer blocks the next one. */
const patience = 50;

const ready = Promise.resolve();

/**
 * Runs all items that are waiting at the same moment as a single batch. A lone item is dispatched at the end of the current
 * microtasks, so it is not delayed; while the maximum number of batches is running, items wait for the next one.
 *
 * With one batch at a time, the server idles while results are read here, and vice versa, so reads run in two batches at a time. Writes
 * run in one: they wait for the disk, and the more of them share a commit, the better.
 *
 * A batch that hangs, on a dead connection or a locked table, blocks the items behind it for no longer than {@link patience}.
 */
export function createBatcher<Item, Result>(
  options: BatcherOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  const { concurrency = 1 } = options;
  /** The batches that hold up the next one. */
  const running: Batch[] = [];
  let waiting: Waiting<Item, Result>[] = [];
  let scheduled = false;
  let timer: NodeJS.Timeout | number | undefined;

  function schedule(): void {
    if (scheduled || waiting.length === 0) return;
    if (running.length >= concurrency) {
      timer ??= setTimeout(makeRoom, patience, running[0]);
      return;
    }
    scheduled = true;
    // Not queueMicrotask: Node creates an async resource for each call to it.
    void ready.then(dispatch);
  }

  /** Lets the next batch start: this one is done, or is taking too long. */
  function makeRoom(batch: Batch): void {
    const index = running.indexOf(batch);
    if (index < 0) return;
    running.splice(index, 1);
    if (timer) clearTimeout(timer);
    timer = undefined;
    schedule();
  }

  function dispatch(): void {
    scheduled = false;
    const taken = waiting.length === 1 ? waiting : take(fairShare());
    if (taken === waiting) waiting = [];
    const batch = { count: taken.length };
    const done = () => makeRoom(batch);
    running.push(batch);
    const [only] = taken;
    if (taken.length === 1 && only) one(only, done);
    else void many(taken, done);
    schedule();
  }

  /** An equal share of all items, running ones included, so that no batch stays small while another carries the rest. */
  function fairShare(): number {
    const items = running.reduce((sum, { count }) => sum + count, waiting.length);
    return Math.min(maxItems, Math.max(minShare, Math.ceil(items / concurrency)));
  }

  function take(most: number): Waiting<Item, Result>[] {
    const keys = new Set<string>();
    const taken: Waiting<Item, Result>[] = [];
    const rest: Waiting<Item, Result>[] = [];
    let size = 0;
    for (const each of waiting) {
      const key = options.keyOf?.(each.item);
      const added = options.sizeOf?.(each.item) ?? 0;
      const fits = taken.length === 0 || (taken.length < most && size + added <= maxSize);
      if (!fits || (key !== undefined && keys.has(key))) {
        rest.push(each);
        continue;
      }
      if (key !== undefined) keys.add(key);
      size += added;
      taken.push(each);
    }
    waiting = rest;
    return taken;
  }

  function one({ item, resolve, reject }: Waiting<Item, Result>, done?: () => void): void {
    options.runOne(
      item,
      (result) => {
        resolve(result);
        done?.();
      },
      (error) => {
        reject(error);
        done?.();
      },
    );
  }

  async function many(taken: Waiting<Item, Result>[], done: () => void): Promise<void> {
    let rest: Waiting<Item, Result>[] = [];
    try {
      const results = await options.runMany(taken.map(({ item }) => item));
      for (const [index, each] of taken.entries()) {
        const result = results[index] as Result | typeof runAlone;
        if (result === runAlone) rest.push(each);
        else each.resolve(result);
      }
    } catch (error) {
      if (options.isUndone(error)) rest = taken;
      else for (const { reject } of taken) reject(error);
    }
    done();
    for (const each of rest) one(each);
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}
