import type { Awaitable, SessionContent, SessionData } from './session-content.ts';
import type { DestroyAllOptions, SaveOptions } from './session-store.ts';

/** What a plain driver's `load` returns: the content, and what else it happens to keep. */
export interface DriverSession extends SessionContent {
  createdAt?: number;
  expiresAt?: number;
  subject?: string;
  idleTimeout?: number;
  expireOnClose?: boolean;
}

/**
 * Four functions, synchronous or asynchronous: the quickest way to a store.
 *
 * Core promises no lost update within one process, nothing across processes; expiry is the driver's own. For
 * the full guarantees implement `RecordStorage` instead.
 */
export interface StoreDriver {
  /** `undefined`, or empty data and flash, when the session is missing or expired. */
  load(id: string): Awaitable<DriverSession | undefined>;
  /** Stores the content under `id`, whatever was there. `options` is for drivers that keep more than content. */
  save(id: string, data: SessionData, flash: SessionData, options: SaveOptions): Awaitable<void>;
  /** Removes the session; a missing one is no error. */
  destroy(id: string): Awaitable<void>;
  /** Removes expired sessions. A number returned is how many. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a gc that counts nothing returns nothing
  gc(): Awaitable<number | void>;
  /** Ends what the driver opened. */
  close?(): Awaitable<void>;
}

/** What a cookie driver opened: a session whose real id and times travel inside the cookie. */
export interface CookieSession extends SessionContent {
  id: string;
  createdAt: number;
  expiresAt: number;
  subject?: string;
  idleTimeout?: number;
  expireOnClose?: boolean;
  /**
   * Names the chain of ids that this session has had, so that ending one of them ends them all. Opaque: what `load`
   * returns comes back with the next `cookieValue` of that session, under a new id too; a new session has none.
   */
  family?: string;
  /** Opaque. What `load` returns comes back with the next `cookieValue` of that session; a new one has none. */
  version?: number;
  /** Asks for the cookie to be sealed again by this request. Only from `load`. */
  renew?: boolean;
}

/** Stores the session in the cookie itself. */
export interface CookieStoreDriver {
  /** Opens a cookie's value. `undefined` when it is foreign, tampered with, expired or revoked; never throws for those. */
  load(cookieValue: string): Awaitable<CookieSession | undefined>;
  /** Turns a session into a cookie's value, or `''` when it was revoked meanwhile. Core fills in both times. */
  cookieValue(session: CookieSession): Awaitable<string>;
  /** Revokes one session id, and every id of its family. Without it, `destroy` does nothing. */
  destroy?(id: string): Awaitable<void>;
  /** Revokes a subject's sessions. Without it, `destroyAll` is `UNSUPPORTED`. */
  destroyAll?(subject: string, options: DestroyAllOptions): Awaitable<number>;
  /** Ends what the driver opened. */
  close?(): Awaitable<void>;
}
