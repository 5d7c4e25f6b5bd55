import type { Capabilities, DriverKind } from '../driver/driver-module.ts';
import type { CaseContext } from '../run/case-context.ts';

/**
 * `required`: part of the contract. `recommended`: a good driver passes it; a driver that does not should list it in
 * `knownWeaknesses`. `capability`: required of drivers that claim the capability, or of those that do not.
 */
export type CaseLevel = 'required' | 'recommended' | 'capability';

/** What a case needs besides `start`. If the driver does not provide it, the case is skipped, with the reason. */
export type CaseNeed =
  /** Two stores on the same sessions: `sharedBetweenInstances`, or a storage backend that two stores can share. */
  | 'instances'
  /** A bare `RecordStorage`, from `start` or `openStorage`. */
  | 'storage'
  /** The optional `move` of the storage. */
  | 'move'
  /** The optional `deleteSession` of the storage. */
  | 'deleteSession'
  /** The optional `scan` of the storage. */
  | 'scan'
  /** A finished `SessionStore` from `start`. */
  | 'finishedStore'
  /** `breakBackend` and `mendBackend`. */
  | 'breakBackend'
  /** `dump` or `peek`. */
  | 'rawBackend'
  /** `peek`. */
  | 'peek'
  /** Other processes, which load the driver module by its URL. */
  | 'processes';

/**
 * One sentence of the contract, and a function that checks whether it holds.
 *
 * @example
 * import type { ConformanceCase } from '@store/conformance';
 * import { createSessionId } from '@store/core';
 *
 * const unused: ConformanceCase = {
 *   id: 'load.unused-id',
 *   level: 'required',
 *   kinds: ['records', 'functions'],
 *   title: 'A new id has no session.',
 *   async run({ start }) {
 *     const store = await start();
 *     if ((await store.load(createSessionId())).exists) throw new Error('A new id has a session.');
 *   },
 * };
 */
export interface ConformanceCase {
  /** Stable, so that a published report can be compared with a later one. */
  id: string;
  level: CaseLevel;
  /** The kinds of driver whose contract contains this sentence. */
  kinds: readonly DriverKind[];
  /** The contract's sentence. */
  title: string;
  /** Runs only for drivers that claim this, or all of these. */
  claims?: keyof Capabilities | readonly (keyof Capabilities)[];
  /** Runs only for drivers that do not claim this. */
  lacks?: keyof Capabilities;
  needs?: readonly CaseNeed[];
  /** Throws a plain error when the sentence does not hold. */
  run(context: CaseContext): Promise<void>;
}
