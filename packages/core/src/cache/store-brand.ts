import type { Awaitable } from '../contract/drivers.ts';
import type { SessionStore } from '../contract/session-store.ts';
import { StoreError } from '../errors.ts';
import type { Report } from '../report.ts';

/** This package's version. Every store carries it, so that another copy of core can tell what the store supports. */
export const version = '1.0.0';

const brand = Symbol.for('@store/core.store');

type Direct<Method> = Method extends (...args: infer Args) => Promise<infer Result>
  ? (...args: Args) => Awaitable<Result>
  : never;

/**
 * A store's request path without unnecessary promises: each function does the same as the store's method, but returns the plain
 * result if the backend is synchronous. A failure may be thrown instead of causing a rejection.
 *
 * @example
 * import type { DirectStore } from '@store/core/driver';
 * const isLive = async ({ load }: DirectStore, id: string) => (await load(id)).exists;
 */
export interface DirectStore {
  load: Direct<SessionStore['load']>;
  save: Direct<SessionStore['save']>;
  update: Direct<SessionStore['update']>;
  touch: Direct<SessionStore['touch']>;
  cookieValue: Direct<SessionStore['cookieValue']>;
  /** Whether `destroy` really ends a session: always in a server store; in a cookie store only if it supports revocation. */
  readonly endsSessions: boolean;
  /** Whether the driver supports `destroyAll`; if not, calling it fails with `UNSUPPORTED`. */
  readonly endsBySubject: boolean;
  /**
   * Announces that a session is about to move, so that `destroyAll` with the new id as `except` spares it even before the move.
   * After `regenerate`, `session.id` is already the new id, but the move is written only when the response is sent.
   */
  planMove(id: string, newId: string): void;
}

/** What every store carries for other copies of core. Within a major version, fields may be added but never changed. */
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

/** A store's brand, no matter which copy of core made the store; `undefined` for anything else. */
export function storeBrand(value: unknown): StoreBrand | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as { [brand]?: StoreBrand })[brand];
}

/**
 * A store's {@link DirectStore}, or a view of the store's methods if it has none.
 *
 * @example
 * import { createSessionId } from '@store/core';
 * import { directStore } from '@store/core/driver';
 * import { startSession } from '@store/core/memory';
 * const { load } = directStore(await startSession());
 * load(createSessionId()) instanceof Promise; // false: a map is synchronous
 */
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

/**
 * Whether a value is a session store, even one made by another copy of core.
 *
 * @example
 * import { isSessionStore } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * isSessionStore(await startSession()); // true
 * isSessionStore({ load() {}, save() {} }); // false
 */
export function isSessionStore(value: unknown): value is SessionStore {
  return storeBrand(value) !== undefined;
}

/** @throws {StoreError} `INCOMPATIBLE`, naming both versions, when another major version of core made the store. */
export function assertSameMajor(made: StoreBrand): void {
  if (major(made.version) === major(version)) return;
  throw new StoreError(
    'INCOMPATIBLE',
    `[@store/core] The session store was made by @store/core ${made.version}, and this is ${version}. ` +
      'Install the same major version for the application and its drivers.',
  );
}

function major(of: string): string {
  return of.slice(0, of.indexOf('.'));
}
