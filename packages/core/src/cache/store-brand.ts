import type { Awaitable } from '../contract/drivers.ts';
import type { SessionStore } from '../contract/session-store.ts';
import { StoreError } from '../errors.ts';
import type { Report } from '../report.ts';

/** This package's version. Stores carry it, so that copies of core can tell what the other can do. */
export const version = '1.0.0';

const brand = Symbol.for('@store/core.store');

type Direct<Method> = Method extends (...args: infer Args) => Promise<infer Result>
  ? (...args: Args) => Awaitable<Result>
  : never;

/**
 * A store's request path without promises: each function does what the store's method does, and returns the result
 * itself where the backend's is synchronous. It throws what the method rejects with.
 */
export interface DirectStore {
  load: Direct<SessionStore['load']>;
  save: Direct<SessionStore['save']>;
  update: Direct<SessionStore['update']>;
  touch: Direct<SessionStore['touch']>;
  cookieValue: Direct<SessionStore['cookieValue']>;
  /** Whether `destroy` really ends a session: always on a server, and for sealed ones where there are revocations. */
  readonly endsSessions: boolean;
  /** Whether the driver has what `destroyAll` needs; otherwise that is `UNSUPPORTED`. */
  readonly endsBySubject: boolean;
  /**
   * Says that a session is about to move: until it has, `destroyAll` spares it by the new id too. What a request calls
   * `session.id` after `regenerate` is stored only when its response leaves.
   */
  planMove(id: string, newId: string): void;
}

/** What every store carries for other copies of core. Its shape may grow, never change, within a major. */
export interface StoreBrand {
  /** The version of core that made the store. */
  version: string;
  report: Report;
  direct?: DirectStore;
}

export function brandStore(store: SessionStore, report: Report, direct: DirectStore): SessionStore {
  const value: StoreBrand = { version, report, direct };
  return Object.freeze(Object.defineProperty(store, brand, { value }));
}

/** A store's brand, whichever copy of core made it; `undefined` for anything else. */
export function storeBrand(value: unknown): StoreBrand | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as { [brand]?: StoreBrand })[brand];
}

/** The {@link DirectStore} of a store; for anything else, its own methods. */
export function directStore(store: SessionStore): DirectStore {
  return (
    storeBrand(store)?.direct ??
    Object.assign(Object.create(store), {
      endsSessions: store.kind === 'server',
      endsBySubject: true,
      planMove() {},
    })
  );
}

/** Tells whether a value is a session store, even one made by another copy of core. */
export function isSessionStore(value: unknown): value is SessionStore {
  return storeBrand(value) !== undefined;
}

/** @throws {StoreError} `INCOMPATIBLE`, naming both versions, when another major of core made the store. */
export function assertSameMajor(made: StoreBrand): void {
  if (major(made.version) === major(version)) return;
  throw new StoreError(
    'INCOMPATIBLE',
    `[@store/core] The session store was made by @store/core ${made.version}, and this is ${version}. ` +
      'Install one major version: drivers and application must agree on it.',
  );
}

function major(of: string): string {
  return of.slice(0, of.indexOf('.'));
}
