import { createRecordStore, type RecordStorage, type SessionRecord, sessionKey } from '../src/driver.ts';
import { isStoreError, type SessionContent, type SessionStore } from '../src/index.ts';
import { type MemoryStorage, memoryStorage } from '../src/memory.ts';

/** What determines a run, apart from its seed. */
export interface ModelOptions {
  /** Removes optional functions from the storage, or breaks them. @default the complete storage */
  storage?: (storage: MemoryStorage) => RecordStorage;
  /** `crash`: one process stops permanently at some point. `faults`: one call in seven fails, before or after its effect. */
  disturbance?: 'none' | 'crash' | 'faults';
  /** Replaces methods of each store with faulty ones. */
  wrong?: (store: SessionStore, storage: RecordStorage) => Partial<SessionStore>;
}

/** The fixed time of every run. */
export const now = 1_700_000_000_000;

const processes = [0, 1, 2];
const ids = Array.from({ length: 5 }, (_, n) => `an-id-that-a-session-has-${n}`);
const keep = (content: SessionContent) => content;

/** A random number generator that depends only on its seed. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A number from 0 to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  oneOf<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
}

/** Lets waiting operations continue one at a time, in a random order. */
class Turns {
  readonly #random: Random;
  #waiting: { process: number; go: () => void }[] = [];
  #crashed: number | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Never resolves in a process that has crashed. */
  wait(process: number): Promise<void> {
    return new Promise((resolve) => {
      if (process !== this.#crashed) this.#waiting.push({ process, go: resolve });
    });
  }

  /** @returns `false` if nothing is waiting */
  next(): boolean {
    const [chosen] = this.#waiting.splice(this.#random.below(this.#waiting.length), 1);
    chosen?.go();
    return chosen !== undefined;
  }

  crash(process: number): void {
    this.#crashed = process;
    this.#waiting = this.#waiting.filter((each) => each.process !== process);
  }

  hasCrashed(process: number): boolean {
    return process === this.#crashed;
  }
}

/** The promises that the stores have made so far, and the first one that was broken. */
class Promises {
  readonly #records: ReadonlyMap<string, SessionRecord>;
  readonly #hadByKey = new Set<string>();
  readonly #movedAway = new Set<string>();
  readonly #written: string[] = [];
  #mustBeDead = false;
  #mayBeDead = false;
  broken: string | undefined;

  constructor(records: ReadonlyMap<string, SessionRecord>) {
    this.#records = records;
    this.look(false);
  }

  get #live(): SessionRecord[] {
    return [...this.#records.values()].filter(({ idleTimeout }) => idleTimeout !== 0);
  }

  must(holds: boolean, otherwise: string): void {
    if (!holds) this.broken ??= otherwise;
  }

  /** @param isSettled Whether a session that has been ended must be gone by now. */
  look(isSettled: boolean): void {
    const live = this.#live;
    for (const { key } of live) this.#hadByKey.add(key);
    this.must(live.length < 2, 'two sessions are alive');
    if (isSettled && this.#mustBeDead)
      this.must(live.length === 0, 'a session is still alive after it was ended');
  }

  atTheEnd(): void {
    this.look(true);
    if (!this.#mayBeDead)
      this.must(this.#live.length === 1, 'the session is gone, although nothing ended it');
    for (const { payload } of this.#live)
      this.must(
        this.#written.every((name) => payload.includes(name)),
        'an acknowledged change is missing',
      );
  }

  /** Performs one operation and records what it promises. `written` is unique to the operation. */
  async perform(store: SessionStore, { kind, id, newId, written }: Step, base?: Base): Promise<void> {
    const isDead = this.#movedAway.has(id);
    const isKnown = this.#hadByKey.has(sessionKey(id));
    switch (kind) {
      case 'move':
        if (!(await store.update(id, keep, { newId, ...base })) || newId === id) return;
        this.#movedAway.add(id);
        return this.must(!isDead, 'a dead id was moved');
      case 'update': {
        const change = ({ data, flash }: SessionContent) => ({ data: { ...data, [written]: 1 }, flash });
        if (!(await store.update(id, change, base))) return;
        this.#written.push(written);
        return this.must(!isDead, 'a dead id was written');
      }
      case 'touch':
        if (await store.touch(id, base)) this.must(!isDead, 'a dead id was touched');
        return;
      case 'load': {
        const { exists, moved } = await store.load(id);
        if (isDead) this.must(!exists && moved === true, 'a dead id does not report that it moved');
        return;
      }
      default:
        this.#mayBeDead = true;
        if (kind === 'destroy') await store.destroy(id);
        else await store.destroyAll('ada', kind === 'destroyAll' ? {} : { only: sessionKey(id) });
        if (kind === 'destroyAll' || isKnown) this.#mustBeDead = true;
    }
  }
}

type Kind = 'move' | 'update' | 'touch' | 'load' | 'destroy' | 'destroyAll' | 'destroyOnly';
type Base = { base: Awaited<ReturnType<SessionStore['load']>> };

/** One operation of one process. */
interface Step {
  kind: Kind;
  process: number;
  id: string;
  newId: string;
  withBase: boolean;
  written: string;
}

function writeProgram(random: Random, hasMove: boolean): Step[] {
  const kinds: Kind[] = ['move', 'move', 'move', 'update', 'touch', 'touch', 'load', 'destroy', 'destroy'];
  kinds.push('destroyAll');
  // Without `move`, nothing leads from the old handle to the session between the two steps of a move.
  if (hasMove) kinds.push('destroyOnly');
  // The old id is also briefly free between those steps, so each new id is used only once.
  const unused = ids.slice(1);
  return Array.from({ length: 3 + random.below(6) }, (_, n) => {
    const kind = random.oneOf(kinds);
    const newId = hasMove ? random.oneOf(ids.slice(1)) : kind === 'move' ? unused.pop() : '';
    const step = { process: random.oneOf(processes), id: random.oneOf(ids), withBase: random.next() < 0.5 };
    return {
      ...step,
      kind: newId === undefined ? 'load' : kind,
      newId: newId ?? '',
      written: `change ${n};`,
    };
  });
}

/**
 * Three processes work on one session at the same time. Each storage call waits for a random turn before and after its effect, and
 * new ids are used even before their move is acknowledged. Not covered: the passage of time, `gc`, `save`, `create` and `clear`.
 *
 * @returns the first promise that was broken, if any
 */
export async function runModel(seed: number, options: ModelOptions = {}): Promise<string | undefined> {
  const { storage: made = (storage: MemoryStorage): RecordStorage => storage, disturbance = 'none' } =
    options;
  const random = new Random(seed);
  const memory = memoryStorage();
  const storage = made(memory);
  const hasMove = storage.move !== undefined;

  // The session is either new or has less than a minute left.
  const startedAt = random.oneOf([now, now - 7_150_000]);
  const first = createRecordStore(memory, { now: () => startedAt });
  await first.save(ids[0] as string, {}, {}, { subject: 'ada' });

  const turns = new Turns(random);
  const promises = new Promises(memory.records);
  const running = new Set<Step>();

  async function call(process: number, work: () => unknown): Promise<unknown> {
    await turns.wait(process);
    const fault =
      disturbance === 'faults' && random.below(7) === 0 ? random.oneOf(['before', 'after']) : 'none';
    if (fault === 'before') throw new Error('failed before its effect');
    const result = work();
    // Without `move`, a mover that finds the tombstone may still have to end the session.
    promises.look(hasMove);
    await turns.wait(process);
    if (fault === 'after') throw new Error('failed after its effect');
    return result;
  }
  const stores = processes.map((process) => {
    const functions = Object.entries(storage).map(([name, member]) => [
      name,
      typeof member === 'function' ? (...args: unknown[]) => call(process, () => member(...args)) : member,
    ]);
    const from = Object.fromEntries(functions) as unknown as RecordStorage;
    const store = createRecordStore(from, { now: () => now });
    return { ...store, ...options.wrong?.(store, from) };
  });

  async function run(step: Step): Promise<void> {
    const store = stores[step.process] as SessionStore;
    try {
      await turns.wait(step.process);
      const base = step.withBase ? { base: await store.load(step.id) } : undefined;
      await turns.wait(step.process);
      await promises.perform(store, step, base);
    } catch (error) {
      // A rejected call was not acknowledged: the new id was taken, or a fault was injected.
      const isExpected = isStoreError(error, 'CONFLICT') || disturbance === 'faults';
      promises.must(isExpected, `${step.kind} rejects: ${String(error)}`);
    }
    running.delete(step);
  }
  for (const step of writeProgram(random, hasMove)) {
    running.add(step);
    void run(step);
  }

  const crashAt = disturbance === 'crash' ? random.below(40) : undefined;
  for (let turn = 0; promises.broken === undefined; turn++) {
    // After this, everything that can continue without a turn has done so.
    await new Promise((resolve) => setImmediate(resolve));
    promises.look(hasMove);
    if (turn === crashAt) turns.crash(random.oneOf(processes));
    const isOver = [...running].every(({ process }) => turns.hasCrashed(process));
    // While a store pauses after lost races, nothing is waiting for a turn.
    if (!turns.next() && isOver) break;
  }
  promises.atTheEnd();
  return promises.broken;
}
