import { createCookieStore, type SessionStore } from '@store/core';
import { createRecordStore, type RecordStorage } from '@store/core/driver';
import type { SealDriver } from '../../src/cookie-driver.ts';
import { createRevocableDriver } from '../../src/revocable-driver.ts';
import { createRevocations, type Revocations } from '../../src/revocations.ts';
import { decodeContent, encodeContent } from '../../src/sealed-content.ts';

/** Replaces a part of each process with a broken one. */
export interface WrongParts {
  driver?: (driver: SealDriver) => Partial<SealDriver>;
  ledger?: (ledger: SessionStore) => Partial<SessionStore>;
  store?: (store: SessionStore) => Partial<SessionStore>;
  revocations?: (
    right: Revocations,
    ledger: SessionStore,
    on: (ledger: SessionStore) => Revocations,
  ) => Partial<Revocations>;
}

/** Seals without encryption, which would be slow and make no difference here. */
const plainText: SealDriver = {
  load: (value) => decodeContent('session', value),
  cookieValue: (session) => encodeContent('session', session),
};

/** The ledger, driver and store of one process. */
export function startProcess(
  storage: RecordStorage,
  now: () => number,
  wrong: WrongParts = {},
): SessionStore {
  const rightLedger = createRecordStore(storage, { now });
  const ledger = replacing(rightLedger, wrong.ledger?.(rightLedger));
  const on = (ledger: SessionStore) => createRevocations('model', 'session', ledger, 7200);
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

/** A store with some methods replaced, which otherwise passes for the original. */
export function replacing(store: SessionStore, methods: Partial<SessionStore> = {}): SessionStore {
  const properties = Object.entries(methods).map(([name, value]) => [name, { value }]);
  return Object.create(store, Object.fromEntries(properties));
}

/** A storage backend that passes every call through `call`. */
export function calling(
  storage: RecordStorage,
  call: (work: () => unknown) => Promise<unknown>,
): RecordStorage {
  const functions = Object.entries(storage).map(([name, member]) => [
    name,
    typeof member === 'function' ? (...args: unknown[]) => call(() => member(...args)) : member,
  ]);
  return Object.fromEntries(functions);
}

/** Resumes waiting calls one at a time, in a random order. */
export class Turns {
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

  /** @returns `false` when nothing is waiting */
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
