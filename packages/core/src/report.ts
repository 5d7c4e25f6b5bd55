/**
 * Something worth counting that is not an error for the user. Contains no session id, key or payload.
 *
 * - `store-replaced`: `cacheStore()` replaced this store with another one while it was still open.
 * - `unreadable-session`: a stored session could not be decoded and is treated as missing. `list`, `count` and `entries`
 *   also report sessions written by a newer version of core, and leave them out.
 * - `write-conflict`: another process wrote the session first; the change is replayed. `attempt` starts at 1.
 * - `answer-recovered`: the backend reported that a write failed, but it had succeeded; the caller sees success.
 *
 * Drivers add their own types, such as `old-password` of `@store/cookie`.
 *
 * @example
 * import type { StoreEvent } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * const counts = new Map<StoreEvent['type'], number>();
 * await startSession({ onEvent: ({ type }) => counts.set(type, (counts.get(type) ?? 0) + 1) });
 */
export interface StoreEvent {
  type: 'store-replaced' | 'unreadable-session' | 'write-conflict' | 'answer-recovered' | (string & {});
  /** The store's name, such as `@store/sqlite`. */
  store: string;
  /** Details that the type does not convey. */
  reason?: string;
  /** For `write-conflict`: how many times the write has been tried. */
  attempt?: number;
}

/**
 * Receives {@link StoreEvent}s. Exceptions are ignored: reporting never makes a request fail.
 *
 * @example
 * import type { OnStoreEvent } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * const onEvent: OnStoreEvent = ({ type, store }) => console.warn(type, store);
 * await startSession({ onEvent });
 * await startSession(); // store-replaced @store/core/memory
 */
export type OnStoreEvent = (event: StoreEvent) => void;

/**
 * Sends an event to `onEvent`; exceptions from the listener are ignored.
 *
 * @example
 * import type { Report } from '@store/core/driver';
 * function reconnected(report: Report) {
 *   report({ type: 'reconnected', reason: 'the server had closed the connection' });
 * }
 */
export type Report = (event: Omit<StoreEvent, 'store'>) => void;

/**
 * Binds a listener to the store's name, for drivers that have their own events.
 *
 * @example
 * import { createReport } from '@store/core/driver';
 * const report = createReport('my-driver', console.log);
 * report({ type: 'reconnected' }); // { store: 'my-driver', type: 'reconnected' }
 */
export function createReport(store: string, onEvent: OnStoreEvent | undefined): Report {
  return (event) => {
    try {
      onEvent?.({ store, ...event });
    } catch {
      // Reporting never makes a request fail.
    }
  };
}
