import type { ResolvedTimeouts } from '../rules/timeouts.ts';
import type { SessionContent, SessionData } from './session-content.ts';
import type { SessionSummary } from './session-summary.ts';

/** A session as `load` found it. Pass it back whole and unmodified as `base`. */
export interface StoredSession extends SessionContent {
  /** The session id; for a cookie store the id sealed inside the cookie. */
  id: string;
  /** `false`: missing, expired or unreadable; `data` and `flash` are then empty and nothing else is set. */
  exists: boolean;
  /** When the session began, in epoch milliseconds. */
  createdAt?: number;
  /** When it ends unless used again, in epoch milliseconds; both timeouts are taken into account. */
  expiresAt?: number;
  /** Whose session it is, for `list` and `destroyAll`. */
  subject?: string;
  /** This session's own idle timeout in seconds, if it has one. */
  idleTimeout?: number;
  /** Opaque. Which write this is; lets `update` go without reading again. */
  version?: number;
  /** `true`: the store asks to be written again now, whatever the idle timeout says, as a cookie sealed with an old password. */
  renew?: boolean;
}

export interface SaveOptions {
  /** Whose session this is: 1–255 characters, well-formed, no NUL. Kept when not given. */
  subject?: string;
  /** This session's own idle timeout in whole seconds ("remember me"). Kept when not given. */
  idleTimeout?: number;
}

export interface UpdateOptions extends SaveOptions {
  /** What this request loaded. If nobody wrote in between, one round trip is enough. */
  base?: StoredSession;
  /**
   * Moves the session to this id in the same atomic step. Together with a `subject` that the session did
   * not have, the session also begins anew: `createdAt` restarts, since a login is a new session.
   */
  newId?: string;
}

export interface TouchOptions {
  /** What this request loaded; saves reading again. */
  base?: StoredSession;
}

export interface CookieValueOptions extends SaveOptions {
  /** When the session began, in epoch milliseconds. Default: now. */
  createdAt?: number;
  /** What `load` answered for this session. Left out, the session counts as begun now: a login after `destroyAll`. */
  version?: number;
}

export interface DestroyAllOptions {
  /** The session id to spare ("log out my other devices"). */
  except?: string;
  /** The one {@link SessionSummary.handle} to remove ("log out that device"). */
  only?: string;
}

/** A pure function from the newest content to the content to store. It may run more than once. */
export type SessionChange = (current: SessionContent) => SessionContent;

/**
 * Where sessions live. Opaque: made only by `createStore`, `createCookieStore` and `createRecordStore`, and
 * the backend behind it cannot be reached.
 *
 * Every method rejects with a `StoreError`: `UNAVAILABLE` when the backend could not answer, `CLOSED` after
 * `close()`, and the codes named at each. Missing is never an error.
 */
export interface SessionStore {
  /** `server`: the cookie holds the id. `cookie`: the cookie holds the whole session. */
  readonly kind: 'server' | 'cookie';
  /** Who made the store, for messages and events, such as `@store/sqlite`. */
  readonly name: string;
  /** The timeouts in force, defaults filled in. */
  readonly timeouts: ResolvedTimeouts;

  /**
   * Reads a session (seed: `load`). A cookie store takes the cookie's value instead of the id.
   *
   * Found: its content as last written. Missing, expired, unreadable or a malformed id: `exists: false` with
   * empty data and flash. Failed: `UNAVAILABLE`, or `INCOMPATIBLE` when a newer version of core wrote the
   * session (an old process in a rolling deploy must not log people out). Twice: reading changes nothing.
   */
  load(id: string): Promise<StoredSession>;

  /**
   * Creates a session, or replaces the content of a live one and keeps its `createdAt`, and its `subject`
   * and `idleTimeout` unless given (seed: `save`). A cookie store does nothing.
   *
   * Failed: `INVALID_ID`, `INVALID_VALUE`, `TOO_LARGE` from drivers with a limit, `CONFLICT`. Twice: the same
   * content again, a new idle period.
   */
  save(id: string, data: SessionData, flash: SessionData, options?: SaveOptions): Promise<void>;

  /**
   * Changes a live session: `change` gets the newest content and answers what to store, again if another write came first.
   *
   * Found: `true`, and the idle period starts again. Missing: `false` and nothing written; an ended session
   * is never created again. Failed: what `change` throws, `INVALID_VALUE`, `INVALID_ID` for `newId`,
   * `CONFLICT` after 100 lost races; `UNSUPPORTED` on a cookie store. Twice: `change` is applied twice.
   */
  update(id: string, change: SessionChange, options?: UpdateOptions): Promise<boolean>;

  /**
   * Starts the idle period again and writes nothing else.
   *
   * Found: `true`. Missing: `false`. Failed: `UNSUPPORTED` on a cookie store. Twice: no difference.
   */
  touch(id: string, options?: TouchOptions): Promise<boolean>;

  /** Ends a session (seed: `destroy`); writes on their way do not bring it back. Missing, or twice: nothing happens. */
  destroy(id: string): Promise<void>;

  /** Removes expired sessions in batches of at most 500, one run at a time (seed: `gc`). @returns how many were removed */
  gc(): Promise<number>;

  /**
   * What belongs in the session cookie (seed: `cookie_value`). A server store answers the id. A cookie store
   * seals the content and answers the seal, or `''` when the session was revoked meanwhile: then set no cookie.
   *
   * Failed: `INVALID_ID`; a cookie store also `INVALID_VALUE`.
   */
  cookieValue(
    id: string,
    data: SessionData,
    flash: SessionData,
    options?: CookieValueOptions,
  ): Promise<string>;

  /** The live sessions of one subject, newest first. None: `[]`. Failed: `UNSUPPORTED` if the driver keeps no subjects. */
  list(subject: string): Promise<SessionSummary[]>;

  /**
   * Ends every session of one subject, or all but `except`, or only the one with handle `only` if it is the
   * subject's. @returns how many were ended. Failed: `UNSUPPORTED` if the driver keeps no subjects.
   */
  destroyAll(subject: string, options?: DestroyAllOptions): Promise<number>;

  /**
   * Waits for work in flight, ends what the driver opened, and takes the store out of the cache. Twice: the
   * same promise's outcome. Afterwards every method rejects with `CLOSED`.
   */
  close(): Promise<void>;
}
