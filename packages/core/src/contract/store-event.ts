/**
 * Something worth counting that is not an error for the user. Carries no session id, key or payload.
 *
 * - `store-replaced`: `cacheStore()` put another store in the place of this one, which was still open.
 * - `unreadable-session`: a stored session could not be decoded and counts as missing.
 * - `write-conflict`: another process wrote the session first; the change is replayed. `attempt` counts from 1.
 * - `answer-recovered`: the backend failed while writing, yet the write is there; the caller sees success.
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
