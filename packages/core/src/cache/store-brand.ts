import type { SessionStore } from '../contract/session-store.ts';
import { StoreError } from '../rules/errors.ts';
import type { Report } from '../rules/report.ts';
import { version } from '../rules/version.ts';

const brand = Symbol.for('@store/core.store');

/** What every store carries for other copies of core. Its shape may grow, never change, within a major. */
export interface StoreBrand {
  /** The version of core that made the store. */
  version: string;
  report: Report;
}

export function brandStore(store: SessionStore, report: Report): SessionStore {
  const value: StoreBrand = { version, report };
  return Object.freeze(Object.defineProperty(store, brand, { value }));
}

/** A store's brand, whichever copy of core made it; `undefined` for anything else. */
export function storeBrand(value: unknown): StoreBrand | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as { [brand]?: StoreBrand })[brand];
}

/** Tells whether a value is a session store, also one made by another copy of core. */
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
