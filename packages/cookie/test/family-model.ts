import { createCookieStore, isStoreError, type SessionStore } from '@store/core';
import { createRecordStore, type RecordStorage, sessionKey } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';
import type { SealDriver } from '../src/cookie-driver.ts';
import { createRevocableDriver } from '../src/revocable-driver.ts';
import { createRevocations, type Revocations } from '../src/revocations.ts';
import { decodeContent, encodeContent } from '../src/sealed-content.ts';
import { seededRandom } from './mutate-seal.ts';

const kinds = [
  'renew',
  'move',
  'move',
  'login',
  'destroy',
  'destroy',
  'destroyAll',
  'destroyOnly',
  'none',
] as const;
export type Kind = (typeof kinds)[number];

/** What a run is made of besides its seed. */
export interface ModelOptions {
  /** `crash`: one process stops for good at some point. `faults`: one ledger call in seven fails, before or after its effect. */
  disturbance?: 'none' | 'crash' | 'faults';
  /** What the requests do. @default everything */
  kinds?: readonly Kind[];
  /** Replaces a part of each process by a wrong one. */
  wrong?: {
    driver?: (driver: SealDriver) => Partial<SealDriver>;
    ledger?: (ledger: SessionStore) => Partial<SessionStore>;
    store?: (store: SessionStore) => Partial<SessionStore>;
    revocations?: (
      right: Revocations,
      ledger: SessionStore,
      on: (ledger: SessionStore) => Revocations,
    ) => Partial<Revocations>;
  };
}

/** One value in eight is refused by the caller, after which the session must go on as it was. */
const refusal = new Error('too large');
const now = () => 1_700_000_000_000;
const processes = [0, 1, 2];
/** Seals without the encryption, which would take most of the time and decides nothing here. */
const plainText: SealDriver = {
  load: (value) => decodeContent('session', value),
  cookieValue: (session) => encodeContent('session', session),
};

/** A ledger, a driver and a store, as one process has them. */
function startProcess(storage: RecordStorage, wrong: ModelOptions['wrong'] = {}): SessionStore {
  const rightLedger = createRecordStore(storage, { now });
  const ledger = replacing(rightLedger, wrong.ledger?.(rightLedger));
  const on = (ledger: SessionStore) => createRevocations('model', 'session', ledger, 7200, now);
  const right = on(ledger);
  const driver = createRevocableDriver({
    name: 'model',
    driver: { ...plainText, ...wrong.driver?.(plainText) },
    revocations: { ...right, ...wrong.revocations?.(right, ledger, on) },
    onFailure: 'closed',
    now,
    report() {},
  });
  const store = createCookieStore(driver, { now });
  return replacing(store, wrong.store?.(store));
}

/** A store with other methods, which is otherwise taken for the same one. */
export function replacing(store: SessionStore, methods: Partial<SessionStore> = {}): SessionStore {
  const properties = Object.entries(methods).map(([name, value]) => [name, { value }]);
  return Object.create(store, Object.fromEntries(properties));
}

/** Lets everything that waits continue one by one, in a random order. */
class Turns {
  readonly #random: (below: number) => number;
  #waiting: { process: number; go: () => void }[] = [];
  #crashed: number | undefined;

  constructor(random: (below: number) => number) {
    this.#random = random;
  }

  /** Never resolves in a process that has crashed. */
  wait(process: number): Promise<void> {
    return new Promise((resolve) => {
      if (process !== this.#crashed) this.#waiting.push({ process, go: resolve });
    });
  }

  /** @returns `false` when nothing waits */
  next(): boolean {
    const [chosen] = this.#waiting.splice(this.#random(this.#waiting.length), 1);
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

interface Seal {
  value: string;
  id: string;
  subject: string | undefined;
  /** When its login was acknowledged. */
  begun: number;
}

/** One session under all its ids, and what has been promised about it. */
class Family {
  readonly seals: Seal[] = [];
  /** The ids under which the ledger knows it, by which it can be ended. */
  readonly ids: string[] = [];
  /** Ids that may never become the session's. */
  readonly planned: string[] = [];
  /** Its first id, where the ledger was added later and cannot tell which id came next. */
  unrecorded: string | undefined;
  isEnded = false;
  mayBeDead = false;
  /** Seals that began before this are over. */
  endedBefore = 0;
  isDeviceEnded = false;

  /** @returns the first promise that does not hold */
  async check(store: SessionStore): Promise<string | undefined> {
    const live: Seal[] = [];
    let hasMoved = true;
    for (const seal of this.seals) {
      const { exists, moved } = await store.load(seal.value);
      if (exists) live.push(seal);
      else hasMoved &&= moved === true;
    }
    if (new Set(live.map(({ id }) => id)).size > 1) return 'two ids of one session are alive';
    if (live.length === 0) return this.mayBeDead ? undefined : 'a session that nobody has ended is gone';
    if (!this.mayBeDead && !hasMoved) return 'an id that was given up does not say so';
    if (this.isEnded) return 'a session is alive after a logout with one of its ids';
    if (live.some(({ subject, begun }) => subject === 'ada' && begun < this.endedBefore))
      return 'a session is alive after all of its subject were ended';
    if (this.isDeviceEnded && live.some(({ subject }) => subject === 'ada'))
      return 'a session is alive after its device was ended';
    return undefined;
  }
}

/**
 * Three processes work on two sessions over one ledger at once. Each storage call waits for a random turn before and after its
 * effect. Seals are plain text, which makes a run fast and changes nothing here. Not part of it: time that passes.
 *
 * @returns the first promise that was broken, if any
 */
export async function runModel(seed: number, options: ModelOptions = {}): Promise<string | undefined> {
  const { disturbance = 'none', wrong } = options;
  const random = seededRandom(seed);
  const oneOf = <T>(values: readonly T[]) => values[random(values.length)] as T;
  const turns = new Turns(random);
  const memory = memoryStorage();
  const auditor = startProcess(memory, wrong);
  let [clock, lastId] = [1, 0];
  let broken: string | undefined;
  const newId = () => `an-id-that-a-session-has-${String(lastId++).padStart(4, '0')}`;

  // An application that adds the ledger later has sessions whose new ids until then were not recorded.
  const families = [oneOf(['ada', undefined]), oneOf(['eve', undefined])].map((subject) => {
    const family = new Family();
    const ids = Array.from({ length: 1 + random(3) }, newId);
    const [first = '', last = first] = [ids[0], ids.at(-1)];
    const times = { createdAt: now(), expiresAt: now() + 7_200_000 };
    const content = { id: last, family: first, data: {}, flash: {}, ...times };
    const driver = { ...plainText, ...wrong?.driver?.(plainText) };
    const value = driver.cookieValue({ ...content, ...(subject !== undefined && { subject }) }) as string;
    family.seals.push({ value, id: last, subject, begun: 0 });
    family.ids.push(...new Set([last, first]));
    if (first !== last) family.unrecorded = first;
    return family;
  });
  const [ours, other] = families as [Family, Family];

  const stores = processes.map((process) => {
    const call = async (work: () => unknown) => {
      await turns.wait(process);
      const fault = disturbance === 'faults' && random(7) === 0 ? oneOf(['before', 'after']) : 'none';
      if (fault === 'before') throw new Error('failed before its effect');
      const result = work();
      await turns.wait(process);
      if (fault === 'after') throw new Error('failed after its effect');
      return result;
    };
    const functions = Object.entries(memory).map(([name, member]) => [
      name,
      typeof member === 'function' ? (...args: unknown[]) => call(() => member(...args)) : member,
    ]);
    return startProcess(Object.fromEntries(functions), wrong);
  });

  /** What one request does to the session that it has loaded. */
  async function seal(
    store: SessionStore,
    family: Family,
    kind: 'renew' | 'move' | 'login',
    pause: () => Promise<void>,
  ) {
    const from = oneOf(family.seals);
    const { exists, id, createdAt, version, family: chain, subject } = await store.load(from.value);
    if (!exists) return;
    await pause();
    const next = kind === 'renew' ? id : newId();
    if (kind !== 'renew') family.planned.push(next);
    const signedIn = kind === 'login' && family === ours ? 'ada' : subject;
    const value = await store.cookieValue(
      next,
      {},
      {},
      {
        ...(kind !== 'login' && { createdAt: createdAt as number, version: version as number }),
        ...(chain !== undefined && { family: chain }),
        ...(signedIn !== undefined && { subject: signedIn }),
        accept() {
          if (random(8) === 0) throw refusal;
        },
      },
    );
    if (value === '') return;
    family.ids.push(next);
    family.seals.push({ value, id: next, subject: signedIn, begun: kind === 'login' ? clock++ : from.begun });
  }

  async function end(store: SessionStore, kind: 'destroy' | 'destroyAll' | 'destroyOnly') {
    const family = oneOf(families);
    const id = oneOf([...family.ids, ...family.planned]);
    const isKnown = family.ids.includes(id);
    const began = clock++;
    if (kind === 'destroy') {
      family.mayBeDead = true;
      await store.destroy(id);
      family.isEnded ||= isKnown;
      return;
    }
    ours.mayBeDead = true;
    if (kind === 'destroyOnly') {
      const isFollowed = isKnown && id !== family.unrecorded;
      // Before its login a session is nobody's.
      const isAdas = family.seals.some(({ subject }) => subject === 'ada');
      await store.destroyAll('ada', { only: sessionKey(id) });
      family.isDeviceEnded ||= isFollowed && isAdas;
      return;
    }
    const except = oneOf([undefined, id]);
    await store.destroyAll('ada', except === undefined ? {} : { except });
    if (except === undefined || family === other) ours.endedBefore = Math.max(ours.endedBefore, began);
  }

  const running = new Set<{ process: number }>();
  const crashing = disturbance === 'crash' ? { process: oneOf(processes), turn: random(60) } : undefined;
  async function run(step: { process: number; kind: Kind }) {
    const { process, kind } = step;
    const store = stores[process] as SessionStore;
    await turns.wait(process);
    try {
      if (kind === 'renew' || kind === 'move' || kind === 'login')
        await seal(store, oneOf([ours, ours, other]), kind, () => turns.wait(process));
      else if (kind !== 'none') await end(store, kind);
    } catch (error) {
      // A rejected call was not acknowledged.
      const isExpected =
        error === refusal || (disturbance === 'faults' && isStoreError(error, 'UNAVAILABLE'));
      if (!isExpected) broken ??= `${kind} rejects: ${String(error)}`;
    }
    running.delete(step);
  }
  if (disturbance !== 'none') for (const family of families) family.mayBeDead = true;
  const latest = new Map<number, Promise<void>>();
  for (let steps = 4 + random(8); steps > 0; steps--) {
    const step = { process: oneOf(processes), kind: oneOf(options.kinds ?? kinds) };
    running.add(step);
    // Two in three begin after another one in the same process.
    const before = random(3) === 0 ? undefined : latest.get(step.process);
    latest.set(step.process, before ? before.then(() => run(step)) : run(step));
  }
  for (let turn = 0; broken === undefined; turn++) {
    // By then everything that can continue without a turn has done so.
    await new Promise((resolve) => setImmediate(resolve));
    if (turn === crashing?.turn) turns.crash(crashing.process);
    // Nothing waits for a turn while a store pauses after lost races.
    if (!turns.next() && [...running].every((step) => turns.hasCrashed(step.process))) break;
  }
  for (const family of families) broken ??= await family.check(auditor);
  return broken;
}
