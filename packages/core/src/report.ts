/**
 * Something worth counting that is not an error for the user. Carries no session id, key or payload.
 *
 * - `store-replaced`: `cacheStore()` replaced this store, which was still open, by another one.
 * - `unreadable-session`: a stored session could not be decoded and counts as missing. `list`, `count` and `entries`
 *   also report sessions that a newer version of core wrote, and leave them out.
 * - `write-conflict`: another process wrote the session first; the change is replayed. `attempt` counts from 1.
 * - `answer-recovered`: the backend failed while writing, but the write turned out to be stored; the caller sees success.
 *
 * Drivers add types of their own, such as `cookie`'s report of an old password in use.
 */
export interface StoreEvent {
  type: 'store-replaced' | 'unreadable-session' | 'write-conflict' | 'answer-recovered' | (string & {});
  /** The store's name, such as `@store/sqlite`. */
  store: string;
  /** Why, in words, where there is more to say than the type. */
  reason?: string;
  /** How often the write has been tried, for `write-conflict`. */
  attempt?: number;
}

/** Receives {@link StoreEvent}s. What it throws is ignored: reporting never fails a request. */
export type OnStoreEvent = (event: StoreEvent) => void;

/** Tells `onEvent` something; what the listener throws is ignored. */
export type Report = (event: Omit<StoreEvent, 'store'>) => void;

/** Binds a listener to the store's name, for drivers with events of their own. */
export function createReport(store: string, onEvent: OnStoreEvent | undefined): Report {
  return (event) => {
    try {
      onEvent?.({ store, ...event });
    } catch {
      // Reporting never fails a request.
    }
  };
}
