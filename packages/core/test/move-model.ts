import { createRecordStore, type RecordStorage, sessionKey } from '../src/driver.ts';
import type { SessionContent, SessionStore } from '../src/index.ts';
import { memoryStorage } from '../src/memory.ts';

/** What a run is made of besides its seed. */
export interface ModelOptions {
  /** Takes optional functions away from the storage, or breaks them. @default the whole storage */
  storage?: (storage: ReturnType<typeof memoryStorage>) => RecordStorage;
  /** `crash`: one process stops for good at some point. `faults`: a call in seven fails, before its effect or after it. */
  disturbance?: 'none' | 'crash' | 'faults';
  /** Replaces methods of each store by wrong ones. */
  wrong?: (store: SessionStore, storage: RecordStorage) => Partial<SessionStore>;
}

export const now = 1_700_000_000_000;
const ids = Array.from({ length: 5 }, (_, n) => `an-id-that-a-session-has-${n}`);
const keep = (content: SessionContent) => content;
const whole = (storage: RecordStorage): RecordStorage => storage;

/** Numbers from 0 to 1 that depend on the seed alone. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Kind = 'move' | 'update' | 'touch' | 'load' | 'destroy' | 'destroyAll' | 'destroyOnly';
const kinds: Kind[] = ['move', 'move', 'move', 'update', 'touch', 'touch', 'load', 'destroy', 'destroy'];

/**
 * Three processes work on one session at the same time, each call of the storage waiting for its turn in a random order before
 * its effect and after it. New ids are used even before their move is acknowledged.
 *
 * @returns the first promise that was broken, if any
 */
export async function runModel(seed: number, options: ModelOptions = {}): Promise<string | undefined> {
  const { disturbance = 'none', wrong } = options;
  const random = randomFrom(seed);
  const below = (count: number) => Math.floor(random() * count);
  const memory = memoryStorage();
  const { records } = memory;
  const storage = (options.storage ?? whole)(memory);
  const broken: string[] = [];

  // The session: fresh, or with less than a minute left.
  const age = random() < 0.5 ? 0 : 7_150_000;
  await createRecordStore(memory, { now: () => now - age }).save(
    ids[0] as string,
    {},
    {},
    { subject: 'ada' },
  );

  const waiting: { process: number; go: () => void }[] = [];
  let crashed = -1;
  const turn = (process: number) =>
    new Promise<void>((resolve) => {
      if (process !== crashed) waiting.push({ process, go: resolve });
    });

  const hadByKey = new Set<string>();
  let mustBeDead = false;
  let open = 0;
  function look(): void {
    const live = [...records.values()].filter(({ idleTimeout }) => idleTimeout !== 0);
    for (const { key } of live) hadByKey.add(key);
    if (live.length > 1) broken.push('two sessions are alive');
    // Without `move` the mover may still have to end it, when it finds the tombstone.
    const isOver = storage.move !== undefined || open === 0;
    if (mustBeDead && isOver && live.length > 0) broken.push('a session is alive that has been ended');
  }
  look();

  const called = (process: number): RecordStorage => {
    const call = async (member: (...args: unknown[]) => unknown, args: unknown[]) => {
      await turn(process);
      const fault = disturbance === 'faults' && random() < 1 / 7 ? random() : 1;
      if (fault < 0.5) throw new Error('failed before its effect');
      const result = member(...args);
      look();
      await turn(process);
      if (fault < 1) throw new Error('failed after its effect');
      return result;
    };
    return Object.fromEntries(
      Object.entries(storage).map(([name, member]) => [
        name,
        typeof member === 'function' ? (...args: unknown[]) => call(member, args) : member,
      ]),
    ) as unknown as RecordStorage;
  };
  const stores = [0, 1, 2].map((process) => {
    const from = called(process);
    const store = createRecordStore(from, { now: () => now });
    return { ...store, ...wrong?.(store, from) };
  });

  const movedAway = new Set<string>();
  const written: string[] = [];
  let canEnd = false;

  async function perform(kind: Kind, process: number, id: string, newId: string, withBase: boolean) {
    const store = stores[process] as SessionStore;
    await turn(process);
    const base = withBase ? await store.load(id) : undefined;
    if (base) await turn(process);
    const isDead = movedAway.has(id);
    const had = hadByKey.has(sessionKey(id));
    const mustBe = (expected: boolean, what: string) => {
      if (!expected) broken.push(what);
    };
    if (kind === 'move') {
      const isMoved = await store.update(id, keep, { newId, ...(base && { base }) });
      if (isMoved && newId !== id) {
        movedAway.add(id);
        mustBe(!isDead, 'a dead id was moved');
      }
    } else if (kind === 'update') {
      const name = `by ${process} of ${written.length} ${random()}`;
      const change = ({ data, flash }: SessionContent) => ({ data: { ...data, [name]: 1 }, flash });
      if (await store.update(id, change, base && { base })) {
        written.push(name);
        mustBe(!isDead, 'a dead id was written');
      }
    } else if (kind === 'touch') {
      if (await store.touch(id, base && { base })) mustBe(!isDead, 'a dead id was touched');
    } else if (kind === 'load') {
      const found = await store.load(id);
      if (isDead) mustBe(!found.exists && found.moved === true, 'a dead id does not say that it moved');
    } else {
      canEnd = true;
      if (kind === 'destroy') await store.destroy(id);
      else await store.destroyAll('ada', kind === 'destroyAll' ? {} : { only: sessionKey(id) });
      if (kind === 'destroyAll' || had) mustBeDead = true;
    }
  }

  const whereSubjects = storage.move ? (['destroyAll', 'destroyOnly'] as const) : (['destroyAll'] as const);
  const allKinds = [...kinds, ...whereSubjects];
  const openOf = [0, 0, 0];
  // Without `move` an id that is just being given up is free for a moment, so there each is given once.
  let given = 0;
  const program = Array.from({ length: 3 + below(6) }, () => {
    const process = below(3);
    let kind = allKinds[below(allKinds.length)] as Kind;
    let newId = ids[1 + below(ids.length - 1)];
    if (kind === 'move' && !storage.move) newId = ids[++given];
    if (newId === undefined) kind = 'load';
    return [kind, process, ids[below(ids.length)] as string, newId ?? '', random() < 0.5] as const;
  });
  for (const step of program) {
    open++;
    openOf[step[1]] = (openOf[step[1]] ?? 0) + 1;
    // What rejects was not acknowledged: a taken id, or a fault.
    perform(...step)
      .catch(() => {})
      .finally(() => {
        open--;
        openOf[step[1]] = (openOf[step[1]] ?? 0) - 1;
      });
  }

  const crashAfter = disturbance === 'crash' ? below(40) : -1;
  for (let steps = 0; broken.length === 0; steps++) {
    // Everything that can go on without a turn has gone on by then.
    await new Promise((resolve) => setImmediate(resolve));
    look();
    if (steps === crashAfter) {
      crashed = below(3);
      for (let n = waiting.length - 1; n >= 0; n--) if (waiting[n]?.process === crashed) waiting.splice(n, 1);
    }
    const next = waiting.splice(below(waiting.length), 1)[0];
    if (next) next.go();
    else if (open - (crashed < 0 ? 0 : (openOf[crashed] ?? 0)) <= 0) break;
  }

  open = 0;
  look();
  const live = [...records.values()].filter(({ idleTimeout }) => idleTimeout !== 0);
  if (!canEnd && live.length !== 1) broken.push('the session is gone, and nobody has ended it');
  for (const { payload } of live)
    for (const name of written) if (!payload.includes(name)) broken.push('an acknowledged change is missing');
  return broken[0];
}
