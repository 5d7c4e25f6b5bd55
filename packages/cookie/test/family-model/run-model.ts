import { isStoreError, type SessionStore } from '@store/core';
import { sessionKey } from '@store/core/driver';
import { memoryStorage } from '@store/core/memory';
import { seededRandom } from '../mutate-seal.ts';
import { Family, type Seal } from './family.ts';
import { calling, startProcess, Turns, type WrongParts } from './processes.ts';

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

/** The options of a run, in addition to its seed. */
export interface ModelOptions {
  /** `crash`: one process stops permanently at some point. `faults`: one ledger call in seven fails, before or after its effect. */
  disturbance?: 'none' | 'crash' | 'faults';
  /** What the requests do. @default everything */
  kinds?: readonly Kind[];
  wrong?: WrongParts;
}

/** The caller refuses one value in eight; the session must then continue unchanged. */
const refusal = new Error('too large');
const processes = [0, 1, 2];

/** The parts of a loaded session that the session layer passes on, under the same id or a new one. */
function sealAgain(
  store: SessionStore,
  { id, createdAt, version, family, subject }: Awaited<ReturnType<SessionStore['load']>>,
  { newId = id, login = false, signedIn = subject, accept = (_value: string) => {} } = {},
): Promise<string> {
  return store.cookieValue(
    newId,
    {},
    {},
    {
      ...(!login && { createdAt: createdAt as number, version: version as number }),
      ...(family !== undefined && { family }),
      ...(signedIn !== undefined && { subject: signedIn }),
      accept,
    },
  );
}

class ModelRun {
  readonly #options: ModelOptions;
  readonly #random: (below: number) => number;
  readonly #turns: Turns;
  readonly #stores: SessionStore[];
  /** A store on the same ledger that does not wait for turns. */
  readonly #auditor: SessionStore;
  readonly #ours = new Family();
  readonly #other = new Family();
  readonly #running = new Set<{ process: number }>();
  #time = 1_700_000_000_000;
  /** A counter that orders logins and ends. */
  #order = 1;
  #lastId = 0;
  #broken: string | undefined;

  constructor(seed: number, options: ModelOptions) {
    this.#options = options;
    this.#random = seededRandom(seed);
    this.#turns = new Turns(this.#random);
    const [memory, now] = [memoryStorage(), () => this.#time];
    this.#auditor = startProcess(memory, now, options.wrong);
    this.#stores = processes.map((process) =>
      startProcess(
        calling(memory, (work) => this.#call(process, work)),
        now,
        options.wrong,
      ),
    );
  }

  async check(): Promise<string | undefined> {
    const isOld = this.#random(2) === 0;
    if (isOld) await this.#auditor.destroyAll('ada');
    await this.#begin(this.#ours, this.#oneOf(['ada', undefined]));
    await this.#begin(this.#other, this.#oneOf(['eve', undefined]));
    if (isOld) await this.#outliveEntries();
    const { disturbance = 'none' } = this.#options;
    const crash =
      disturbance === 'crash' ? { process: this.#oneOf(processes), turn: this.#random(60) } : undefined;
    if (disturbance !== 'none') this.#ours.mayBeDead = this.#other.mayBeDead = true;
    this.#startRequests();
    await this.#takeTurns(crash);
    this.#broken ??= await this.#ours.check(this.#auditor);
    this.#broken ??= await this.#other.check(this.#auditor);
    return this.#broken;
  }

  #oneOf<T>(values: readonly T[]): T {
    return values[this.#random(values.length)] as T;
  }

  #newId(): string {
    return `an-id-that-a-session-has-${String(this.#lastId++).padStart(4, '0')}`;
  }

  /** A call to the ledger's storage, which may fail. */
  async #call(process: number, work: () => unknown): Promise<unknown> {
    await this.#turns.wait(process);
    const mayFail = this.#options.disturbance === 'faults' && this.#random(7) === 0;
    const fault = mayFail ? this.#oneOf(['before', 'after']) : 'none';
    if (fault === 'before') throw new Error('failed before its effect');
    const result = work();
    await this.#turns.wait(process);
    if (fault === 'after') throw new Error('failed after its effect');
    return result;
  }

  /** If an application adds the ledger later, its sessions may have had new ids that were not recorded. */
  async #begin(family: Family, subject: string | undefined): Promise<void> {
    const ids = Array.from({ length: 1 + this.#random(3) }, () => this.#newId());
    const [first = '', last = first] = [ids[0], ids.at(-1)];
    const chain = { family: `${first}.${last}`, ...(subject !== undefined && { subject }) };
    const value = await this.#auditor.cookieValue(last, {}, {}, chain);
    family.seals.push({ value, id: last, subject, begun: 0 });
    family.ids.push(...new Set([last, first]));
    if (first !== last) family.unrecorded = first;
  }

  /** Keeps the sessions alive with requests until the ledger has forgotten the entries that they started under. */
  async #outliveEntries(): Promise<void> {
    for (let hour = 0; hour < 3; hour++) {
      this.#time += 3_600_000;
      for (const { seals } of [this.#ours, this.#other]) {
        const [seal] = seals as [Seal];
        seal.value = await sealAgain(this.#auditor, await this.#auditor.load(seal.value));
      }
    }
  }

  #startRequests(): void {
    const latest = new Map<number, Promise<void>>();
    for (let requests = 4 + this.#random(8); requests > 0; requests--) {
      const request = { process: this.#oneOf(processes), kind: this.#oneOf(this.#options.kinds ?? kinds) };
      this.#running.add(request);
      // Two thirds of the requests start once the previous request in the same process has finished.
      const before = this.#random(3) === 0 ? undefined : latest.get(request.process);
      latest.set(request.process, before ? before.then(() => this.#run(request)) : this.#run(request));
    }
  }

  async #takeTurns(crash: { process: number; turn: number } | undefined): Promise<void> {
    for (let turn = 0; this.#broken === undefined; turn++) {
      // By then, everything that doesn't need a turn has run.
      await new Promise((resolve) => setImmediate(resolve));
      if (turn === crash?.turn) this.#turns.crash(crash.process);
      if (this.#turns.next()) continue;
      // Otherwise, a store is pausing after losing races.
      if ([...this.#running].every(({ process }) => this.#turns.hasCrashed(process))) break;
    }
  }

  async #run(request: { process: number; kind: Kind }): Promise<void> {
    const { process, kind } = request;
    const store = this.#stores[process] as SessionStore;
    await this.#turns.wait(process);
    try {
      if (kind === 'renew' || kind === 'move' || kind === 'login')
        await this.#seal(store, kind, () => this.#turns.wait(process));
      else if (kind !== 'none') await this.#end(store, kind);
    } catch (error) {
      // A rejected call was not acknowledged.
      const isExpected =
        error === refusal || (this.#options.disturbance === 'faults' && isStoreError(error, 'UNAVAILABLE'));
      if (!isExpected) this.#broken ??= `${kind} rejects: ${String(error)}`;
    }
    this.#running.delete(request);
  }

  /** One request: loads a session and seals it again. */
  async #seal(store: SessionStore, kind: 'renew' | 'move' | 'login', pause: () => Promise<void>) {
    const family = this.#oneOf([this.#ours, this.#ours, this.#other]);
    const from = this.#oneOf(family.seals);
    const session = await store.load(from.value);
    if (!session.exists) return;
    await pause();
    const login = kind === 'login';
    const newId = kind === 'renew' ? session.id : this.#newId();
    const signedIn = login && family === this.#ours ? 'ada' : session.subject;
    const accept = () => {
      if (this.#random(8) === 0) throw refusal;
    };
    if (kind !== 'renew') {
      family.planned.push(newId);
      family.moves.begun++;
      family.moves.running++;
    }
    try {
      const value = await sealAgain(store, session, { newId, login, signedIn, accept });
      if (value === '') return;
      family.ids.push(newId);
      family.seals.push({
        value,
        id: newId,
        subject: signedIn,
        begun: login ? this.#order++ : from.begun,
      });
    } finally {
      if (kind !== 'renew') family.moves.running--;
    }
  }

  async #end(store: SessionStore, kind: 'destroy' | 'destroyAll' | 'destroyOnly'): Promise<void> {
    const family = this.#oneOf([this.#ours, this.#other]);
    const id = this.#oneOf([...family.ids, ...family.planned]);
    if (kind === 'destroyOnly') return this.#endDevice(store, family, id);
    if (kind === 'destroyAll') return this.#endAll(store, family, this.#oneOf([undefined, id]));
    const isKnown = family.ids.includes(id);
    family.mayBeDead = true;
    await store.destroy(id);
    family.isEnded ||= isKnown;
  }

  async #endDevice(store: SessionStore, family: Family, id: string): Promise<void> {
    const isFound = family.isFoundBy(id);
    // Before its login, a session has no subject.
    const isAdas = family.seals.some(({ subject }) => subject === 'ada');
    this.#ours.mayBeDead = true;
    await store.destroyAll('ada', { only: sessionKey(id) });
    family.isDeviceEnded ||= isFound && isAdas;
  }

  async #endAll(store: SessionStore, family: Family, except: string | undefined): Promise<void> {
    const ours = this.#ours;
    const began = this.#order++;
    const { begun, running } = ours.moves;
    const spares = except !== undefined && ours.isFoundBy(except);
    if (!spares) ours.mayBeDead = true;
    await store.destroyAll('ada', except === undefined ? {} : { except });
    if (except === undefined || family === this.#other) ours.endedBefore = Math.max(ours.endedBefore, began);
    // A session that gets a new id during the call may have been spared under the old one.
    else if (running > 0 || ours.moves.begun > begun) ours.mayBeDead = true;
    else ours.isSpared ||= spares;
  }
}

/**
 * Three processes work on two sessions at the same time, over one ledger. Each storage call waits for a random turn before and
 * after its effect. Seals are plain text, which makes a run fast and changes nothing here. No time passes during the requests, but
 * in half of the runs, the ledger has already forgotten the entries that the sessions started under.
 *
 * @returns the first promise that was broken, if any
 */
export function runModel(seed: number, options: ModelOptions = {}): Promise<string | undefined> {
  return new ModelRun(seed, options).check();
}
