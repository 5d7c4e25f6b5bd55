import {
  type Awaitable,
  isPromise,
  type RecordStorage,
  type SessionRecord,
  type TryAgain,
  tryAgain,
} from '../contract/drivers.ts';
import type { ResolvedTimeouts } from '../contract/session-store.ts';
import { backendError, callBackend, isStoreError, StoreError } from '../errors.ts';
import type { Report } from '../report.ts';

/** How many times a write that keeps losing to other writers is attempted before it fails with `CONFLICT`. */
export const mostAttempts = 100;

/** How many times a call that keeps returning `tryAgain` is attempted. */
const mostRefusals = 20;

const asItIs = (found: SessionRecord | undefined) => found;

/**
 * Wraps a driver's storage: thrown values become `UNAVAILABLE`, and a write whose reply was lost is verified by
 * reading. Everything is synchronous if the storage is.
 */
export class Backend {
  readonly name: string;
  readonly storage: RecordStorage;
  readonly timeouts: ResolvedTimeouts;
  readonly maxBytes: number;
  readonly report: Report;

  constructor(
    name: string,
    storage: RecordStorage,
    timeouts: ResolvedTimeouts,
    maxBytes: number,
    report: Report,
  ) {
    this.name = name;
    this.storage = storage;
    this.timeouts = timeouts;
    this.maxBytes = maxBytes;
    this.report = report;
  }

  read(key: string): Awaitable<SessionRecord | undefined> {
    return this.readAs(key, asItIs);
  }

  /** Reads a record and passes it to `use`, with one promise for both steps. */
  readAs<T>(key: string, use: (found: SessionRecord | undefined) => T): Awaitable<T> {
    let found: Awaitable<SessionRecord | undefined>;
    try {
      found = this.storage.read(key);
    } catch (cause) {
      return this.#readFailed(cause);
    }
    return isPromise(found) ? found.then(use, this.#readFailed) : use(found);
  }

  readonly #readFailed = (cause: unknown): never => {
    throw backendError(this.name, 'read a session', cause);
  };

  insert(record: SessionRecord, now: number): Awaitable<boolean> {
    return this.write(record, () => this.storage.insert(record, now));
  }

  replace(key: string, version: number, next: SessionRecord, now: number): Awaitable<boolean> {
    return this.write(next, () => this.storage.replace(key, version, next, now));
  }

  /**
   * Runs a write. A write that failed may still have been committed, if the connection was lost afterwards. Its version is unique
   * to this write, so reading the record back settles it. If the record has another version, the failure stands: the write might still
   * arrive, and a retry could apply it twice.
   */
  write(next: SessionRecord, attempt: () => Awaitable<boolean | TryAgain>): Awaitable<boolean> {
    try {
      const written = attempt();
      if (!isPromise(written)) return written === tryAgain ? this.#writeAgain(next, attempt) : written;
      return written.then(
        (result) => (result === tryAgain ? this.#writeAgain(next, attempt) : result),
        (cause: unknown) => this.#afterFailure(next, cause),
      );
    } catch (cause) {
      return this.#afterFailure(next, cause);
    }
  }

  /** Runs any other function that writes, and retries it as long as the backend returns `tryAgain`. */
  repeat<T>(doing: string, attempt: () => Awaitable<T | TryAgain>): Awaitable<T> {
    const result = callBackend(this.name, doing, attempt);
    if (!isPromise(result)) return result === tryAgain ? this.#tryAgain(doing, attempt) : result;
    return result.then((value) => (value === tryAgain ? this.#tryAgain(doing, attempt) : value));
  }

  #writeAgain(next: SessionRecord, attempt: () => Awaitable<boolean | TryAgain>): Promise<boolean> {
    return this.#tryAgain('write a session', attempt).catch((cause) => this.#afterFailure(next, cause));
  }

  async #tryAgain<T>(doing: string, attempt: () => Awaitable<T | TryAgain>): Promise<T> {
    for (let refusals = 1; refusals < mostRefusals; refusals++) {
      // Always pause: the conflicting transaction has to finish first.
      await pauseAfterConflict(refusals + 2);
      const result = await callBackend(this.name, doing, attempt);
      if (result !== tryAgain) return result;
    }
    throw refusedTooOften(this.name, doing);
  }

  async #afterFailure(next: SessionRecord, cause: unknown): Promise<boolean> {
    const error = backendError(this.name, 'write a session', cause);
    if (!isStoreError(error, 'UNAVAILABLE')) throw error;
    let found: SessionRecord | undefined;
    try {
      found = await this.read(next.key);
    } catch {
      throw error;
    }
    if (found?.version !== next.version) throw error;
    this.report({
      type: 'answer-recovered',
      reason: 'the backend reported an error, but the write was stored',
    });
    return true;
  }
}

/** The error for a session that other writers changed or moved during every attempt. */
export function tooManyConflicts(name: string): StoreError {
  return new StoreError(
    'CONFLICT',
    `[${name}] Other writers kept changing the session, and nothing was written. Try again, or write this session less often.`,
  );
}

function refusedTooOften(name: string, doing: string): StoreError {
  return new StoreError(
    'CONFLICT',
    `[${name}] The backend refused ${mostRefusals} times to ${doing}, as it does when transactions deadlock. ` +
      'Try again, and find out what else locks the sessions.',
  );
}

// Captured when core loads, so that fake timers in a test neither stop a store nor make it spin.
const { setTimeout } = globalThis;

/** No pause after the first two attempts, then a random one of at most 50 ms, so that processes do not collide forever. */
export function pauseAfterConflict(attempt: number): Promise<void> | undefined {
  if (attempt <= 2) return undefined;
  const milliseconds = Math.random() * Math.min(50, 2 ** (attempt - 2));
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A macrotask, so that waiting requests get their turn even if the driver is synchronous. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
