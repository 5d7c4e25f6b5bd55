/** One caller waiting for the answer to its item. */
interface Waiting<Item, Answer> {
  item: Item;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** The answer for an item that has to travel by itself after all. */
export const alone = Symbol('alone');

/** How gathered items travel. */
export interface Travel<Item, Answer> {
  /** One item by itself. */
  alone(item: Item): Promise<Answer>;
  /** Several at once. @returns the answer for each, in order */
  together(items: Item[]): Promise<(Answer | typeof alone)[]>;
  /** Whether the failure of several leaves each of them free to be tried alone. */
  mayGoAlone(error: unknown): boolean;
  /** Items of one name never travel together. Leave out if they may. */
  nameOf?(item: Item): string;
  /** How heavy an item is, in characters. @default none weighs anything */
  weightOf?(item: Item): number;
  /** How many statements may be under way at once; each gets its share of the items. @default 1 */
  lanes?: number;
}

/** The most that one statement carries, so that none takes long: items, and characters. */
const mostItems = 100;
const mostWeight = 1_000_000;

/** Fewer items than this are not divided among lanes. */
const leastShare = 8;

/** Milliseconds after which a statement that has no answer yet lets the next one go beside it. */
const patience = 50;

const ready = Promise.resolve();

/**
 * Makes what waits at the same moment travel as one statement. An item alone goes at the end of the running microtasks; while a
 * statement is under way in each lane, items wait for the next one. So one at a time nothing is delayed, and of many few wait
 * long.
 *
 * In one lane, the server has nothing to do while answers are read here, and the other way round. With two, many reads take a third
 * less time. Writes have one: they wait for the disk, which is the better used the more of them a commit carries.
 *
 * A statement that hangs, on a dead connection or a locked table, holds up the items behind it no longer than {@link patience}.
 */
export function createGather<Item, Answer>(travel: Travel<Item, Answer>): (item: Item) => Promise<Answer> {
  const { lanes = 1 } = travel;
  const underWay = new Map<object, number>();
  let waiting: Waiting<Item, Answer>[] = [];
  let scheduled = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function schedule(): void {
    if (scheduled || waiting.length === 0) return;
    if (underWay.size >= lanes) {
      const [oldest = {}] = underWay.keys();
      timer ??= setTimeout(letGo, patience, oldest);
      return;
    }
    scheduled = true;
    // Not queueMicrotask: Node makes an async resource for each call of it.
    void ready.then(depart);
  }

  /** Lets the next statement go: this one has been answered, or takes too long. */
  function letGo(journey: object): void {
    if (!underWay.delete(journey)) return;
    clearTimeout(timer);
    timer = undefined;
    schedule();
  }

  function depart(): void {
    scheduled = false;
    const journey = {};
    const done = () => letGo(journey);
    const group = waiting.length === 1 ? waiting.splice(0) : takeGroup(shareOfLane());
    underWay.set(journey, group.length);
    const [only] = group;
    if (group.length === 1 && only) settleAlone(only, done);
    else void settleTogether(group, done);
    schedule();
  }

  /** An equal share, also of what is under way, so that no lane keeps running with few while the other carries many. */
  function shareOfLane(): number {
    const items = [...underWay.values()].reduce((sum, count) => sum + count, waiting.length);
    return Math.min(mostItems, Math.max(leastShare, Math.ceil(items / lanes)));
  }

  function takeGroup(most: number): Waiting<Item, Answer>[] {
    const names = new Set<string>();
    const group: Waiting<Item, Answer>[] = [];
    const rest: Waiting<Item, Answer>[] = [];
    let weight = 0;
    for (const one of waiting) {
      const name = travel.nameOf?.(one.item);
      const added = travel.weightOf?.(one.item) ?? 0;
      const fits = group.length === 0 || (group.length < most && weight + added <= mostWeight);
      if (!fits || (name !== undefined && names.has(name))) {
        rest.push(one);
        continue;
      }
      if (name !== undefined) names.add(name);
      weight += added;
      group.push(one);
    }
    waiting = rest;
    return group;
  }

  function settleAlone({ item, resolve, reject }: Waiting<Item, Answer>, done?: () => void): void {
    travel.alone(item).then(
      (answer) => {
        resolve(answer);
        done?.();
      },
      (error) => {
        reject(error);
        done?.();
      },
    );
  }

  async function settleTogether(group: Waiting<Item, Answer>[], done: () => void): Promise<void> {
    let rest: Waiting<Item, Answer>[] = [];
    try {
      const answers = await travel.together(group.map(({ item }) => item));
      for (const [index, one] of group.entries()) {
        const answer = answers[index] as Answer | typeof alone;
        if (answer === alone) rest.push(one);
        else one.resolve(answer);
      }
    } catch (error) {
      if (travel.mayGoAlone(error)) rest = group;
      else for (const { reject } of group) reject(error);
    }
    done();
    for (const one of rest) settleAlone(one);
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}
