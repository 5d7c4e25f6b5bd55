import { describe, expect, it } from 'vitest';
import { type ModelOptions, now, runModel } from '../../test/move-model.ts';
import { type RecordStorage, type SessionRecord, sessionKey } from '../driver.ts';
import type { MemoryStorage } from '../memory.ts';

/** For a long run, set `MOVE_MODEL_RUNS=100000`. To reproduce a failure, set `MOVE_MODEL_SEED` to the printed seed. */
const runs = Number(process.env.MOVE_MODEL_RUNS ?? 500);
const firstSeed = Number(process.env.MOVE_MODEL_SEED ?? Math.floor(Math.random() * 2 ** 31));

const withoutDeleteSession = ({ deleteSession: _, ...rest }: MemoryStorage): RecordStorage => rest;
const inTwoSteps = ({ move: _, ...rest }: MemoryStorage): RecordStorage => rest;
const plain = ({ move: _move, deleteSession: _delete, save: _save, ...rest }: MemoryStorage): RecordStorage =>
  rest;

/** The first violation in many runs, with its seed. */
async function firstViolation(seeds: Iterable<number>, options: ModelOptions): Promise<string | undefined> {
  for (const seed of seeds) {
    const violation = await runModel(seed, options);
    if (violation !== undefined) return `seed ${seed}: ${violation}`;
  }
  return undefined;
}

async function violations(seeds: Iterable<number>, options: ModelOptions): Promise<Set<string | undefined>> {
  const found = new Set<string | undefined>();
  for (const seed of seeds) found.add(await runModel(seed, options));
  return found;
}

function* seedsFrom(first: number, count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield first + n;
}

describe(`three processes sharing one session (first seed ${firstSeed})`, () => {
  it.each<[string, ModelOptions]>([
    ['a complete storage', {}],
    ['a complete storage, when one of them crashes', { disturbance: 'crash' }],
    ['a complete storage that sometimes fails', { disturbance: 'faults' }],
    ['a storage backend without deleteSession', { storage: withoutDeleteSession }],
    [
      'a storage backend without deleteSession, when one of them crashes',
      { storage: withoutDeleteSession, disturbance: 'crash' },
    ],
    ['a storage backend without move', { storage: inTwoSteps }],
    ['a storage backend with neither', { storage: plain }],
  ])('keep every guarantee about moved ids on %s', { timeout: 3_600_000 }, async (_, options) => {
    expect(await firstViolation(seedsFrom(firstSeed, runs), options)).toBeUndefined();
  });
});

/** A `destroy` built from the storage's other functions. */
type Ending = (storage: RecordStorage, key: string) => Promise<unknown>;

const targetOf = (record: SessionRecord | undefined): string | undefined =>
  record?.idleTimeout === 0 ? (JSON.parse(record.payload) as { moved?: string }).moved : undefined;

const endsBy = (end: Ending): ModelOptions => ({
  wrong: (_, storage) => ({ destroy: async (id) => void (await end(storage, sessionKey(id))) }),
});

const readThenDelete: Ending = async (storage, key) => {
  const target = targetOf(await storage.read(key));
  if (target) return readThenDelete(storage, target);
  await storage.delete(key);
};

/** Like core's touch, it reads first unless the base lives long enough, but it uses the given threshold. */
const touchesAfter = (expiresAfter: (isKnown: boolean) => number): ModelOptions => ({
  wrong: (_, storage) => ({
    async touch(id, { base } = {}) {
      const key = sessionKey(id);
      const isKnown = base?.exists === true && (base.expiresAt ?? 0) > now + 120_000;
      if (!isKnown) {
        const found = await storage.read(key);
        if (!found || found.idleTimeout === 0) return false;
      }
      return (await storage.touch(key, expiresAfter(isKnown), now + 7_200_000)) === true;
    },
  }),
});

/** A copy of core's two-step move that calls `undo` when its mark cannot be inserted. */
const undoesBy = (undo: Ending): ModelOptions => ({
  storage: plain,
  wrong: (store, storage) => ({
    async update(id, change, options = {}) {
      const { newId } = options;
      if (newId === undefined) return store.update(id, change, options);
      const found = await storage.read(sessionKey(id));
      if (!found || found.idleTimeout === 0) return false;
      const [key, target] = [sessionKey(id), sessionKey(newId)];
      const version = found.version + 1;
      if ((await storage.replace(key, found.version, { ...found, key: target, version }, now)) !== true)
        return false;
      const mark = { ...found, key, subject: null, createdAt: now, expiresAt: now + 60_000, idleTimeout: 0 };
      if (await storage.insert({ ...mark, payload: `{"v":1,"moved":"${target}"}` }, now)) return true;
      await undo(storage, target);
      return false;
    },
  }),
});

describe('the same runs break a promise when', () => {
  const many = [...seedsFrom(1, 3000)];

  const survives = 'a session is still alive after it was ended';
  const touched = 'a dead id was touched';

  it.each<[string, string, ModelOptions, number[]]>([
    ['destroy reads, then deletes the record it found', survives, endsBy(readThenDelete), many],
    [
      'destroy follows no mark',
      survives,
      endsBy(async (storage, key) => void (await storage.deleteSession?.(key))),
      many,
    ],
    [
      'destroy follows one mark only',
      survives,
      endsBy(async (storage, key) => {
        if (await storage.deleteSession?.(key)) return;
        const target = targetOf(await storage.read(key));
        if (target) await storage.deleteSession?.(target);
      }),
      many,
    ],
    ['touch may reach a mark', touched, touchesAfter(() => now), many],
    [
      'touch may reach a mark after it has read a session that ends soon',
      touched,
      touchesAfter((isKnown) => (isKnown ? now + 120_000 : now)),
      // Needs two touches and a move at the same moment, which is so rare that the seed is fixed.
      [29_347],
    ],
    [
      'deleteSession removes marks',
      survives,
      { storage: (storage) => ({ ...storage, deleteSession: (key) => storage.records.delete(key) }) },
      many,
    ],
    [
      'a move leaves no mark',
      survives,
      {
        storage: (storage) => ({
          ...storage,
          move: (...[key, version, next, , at]) => storage.replace(key, version, next, at),
        }),
      },
      many,
    ],
    [
      'a move in two steps never finds a tombstone',
      survives,
      {
        storage: (storage) => ({
          ...plain(storage),
          insert: (record, at) => record.payload.endsWith('null}') || storage.insert(record, at),
        }),
      },
      many,
    ],
    [
      'a move in two steps succeeds even though its mark could not be stored',
      survives,
      undoesBy(async () => {}),
      many,
    ],
    [
      'a move in two steps is undone by a plain delete',
      survives,
      undoesBy(async (storage, key) => storage.delete(key)),
      many,
    ],
  ])('%s: %s', async (_, violation, options, seeds) => {
    expect(await violations(seeds, options)).toContain(violation);
  });
});
