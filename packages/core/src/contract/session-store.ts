/** A value that survives a round trip through JSON unchanged. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** Session values by key. Any string is a legal key, `__proto__` and the empty string too. */
export type SessionData = { [key: string]: JsonValue };

/**
 * What a session holds: lasting data, and flash values meant for the next request.
 */
export interface SessionContent {
  data: SessionData;
  flash: SessionData;
}

/** The timeouts in force, in seconds, with the defaults filled in. */
export interface ResolvedTimeouts {
  readonly idleTimeout: number;
  /** `false`: no limit. */
  readonly absoluteTimeout: number | false;
  /** The store's clock, in whole epoch milliseconds. */
  readonly now: () => number;
}

/** A session as `load` found it. Pass it back whole and unmodified as `base`. */
export interface StoredSession extends SessionContent {
  /** The session id; for a cookie store the id sealed inside the cookie. */
  id: string;
  /** `false`: missing, expired or unreadable; `data` and `flash` are then empty and nothing else is set. */
  exists: boolean;
  /** `true`: the session was given a new id within the last minute. Only with `exists: false`: this id is dead. */
  moved?: true;
  /** When the session began, in epoch milliseconds. */
  createdAt?: number;
  /** When it ends unless used again, in epoch milliseconds; both timeouts are taken into account. */
  expiresAt?: number;
  /** Whose session it is, for `list` and `destroyAll`. */
  subject?: string;
  /** This session's own idle timeout in seconds, if it has one. */
  idleTimeout?: number;
  /** Whether this session's cookie ends with the browser, if the session says so itself. */
  expireOnClose?: boolean;
  /** Opaque. Which write this is; lets `update` go without reading again. */
  version?: number;
  /** Opaque, cookie stores only. Pass it on to `cookieValue`, so that ending one id of the session ends them all. */
  family?: string;
  /** `true`: the store wants to be written again by this request, such as a cookie sealed with an old password. */
  renew?: boolean;
}

/** What `load` resolves to when there is no session. */
export function missingSession(id: string): StoredSession {
  return { id, exists: false, data: {}, flash: {} };
}

/** What `load` resolves to for what a driver returned: known properties only, and none that is `undefined` or `null`. */
export function storedSession(
  id: string,
  found: SessionContent & {
    [Name in keyof Omit<StoredSession, keyof SessionContent | 'id' | 'exists' | 'moved'>]?:
      | StoredSession[Name]
      | undefined;
  },
): StoredSession {
  const stored: StoredSession = { id, exists: true, data: found.data, flash: found.flash };
  if (found.createdAt != null) stored.createdAt = found.createdAt;
  if (found.expiresAt != null) stored.expiresAt = found.expiresAt;
  if (found.subject != null) stored.subject = found.subject;
  if (found.idleTimeout != null) stored.idleTimeout = found.idleTimeout;
  if (found.expireOnClose != null) stored.expireOnClose = found.expireOnClose;
  if (found.version != null) stored.version = found.version;
  if (found.family != null) stored.family = found.family;
  if (found.renew) stored.renew = true;
  return stored;
}

export interface SaveOptions {
  /** Whose session this is: 1–255 characters, well-formed, no NUL. Kept when not given. */
  subject?: string;
  /** This session's own idle timeout in whole seconds ("remember me"). Kept when not given. */
  idleTimeout?: number;
  /** Whether this session's cookie ends with the browser ("remember me" left unticked). `update` keeps it when not given. */
  expireOnClose?: boolean;
}

export interface UpdateOptions extends SaveOptions {
  /** What this request loaded. If nobody wrote in between, one round trip is enough. */
  base?: StoredSession;
  /**
   * Moves the session to this id in the same atomic step; the old id is dead from then on. Together with a `subject`,
   * `createdAt` restarts: a login is a new session (ASVS 7.2.4).
   */
  newId?: string;
  /**
   * For a login, with `newId` and `subject`: if the session has moved away from this id within the last minute, moves it on
   * from where it is now, so that of several logins with one id a single session is left. What another subject had in it
   * is dropped.
   */
  followMoves?: boolean;
  /** Whether a session that is left without data, flash and subject ends in the same step. `true` is returned all the same. */
  endWhenEmpty?: boolean;
}

export interface TouchOptions {
  /** What this request loaded; spares a read. */
  base?: StoredSession;
}

export interface CookieValueOptions extends SaveOptions {
  /** When the session began, in epoch milliseconds. Default: now. */
  createdAt?: number;
  /** What `load` returned for this session. Left out, the session counts as begun now: a login after `destroyAll`. */
  version?: number;
  /** What `load` returned for this session, under a new id too. Left out, the session begins a family of its own. */
  family?: string;
}

export interface DestroyAllOptions {
  /** The session id to spare ("log out my other devices"). */
  except?: string;
  /** The one {@link SessionSummary.handle} to remove ("log out that device"). */
  only?: string;
}

/** A pure function from the newest content to the content to store. It may run more than once. */
export type SessionChange = (current: SessionContent) => SessionContent;

/** One line of "your sessions". It names the session without giving its id away. */
export interface SessionSummary {
  /** The record's key. Safe to put in a page: no request can be made with it. */
  handle: string;
  createdAt: number;
  expiresAt: number;
  data: SessionData;
}

/** One session of `entries()`: a summary, and whose session it is. */
export interface SessionEntry extends SessionSummary {
  subject?: string;
}

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
   * Reads a session. A cookie store takes the cookie's value instead of the id.
   *
   * Found: its content as last written. Missing, expired, unreadable or a malformed id: `exists: false` with
   * empty data and flash. Failed: `UNAVAILABLE`, or `INCOMPATIBLE` when a newer version of core wrote the
   * session (an old process in a rolling deploy must not log people out). Moved to a new id within the last minute:
   * `exists: false` with `moved: true`. Twice: reading changes nothing.
   */
  load(id: string): Promise<StoredSession>;

  /**
   * Creates a session, or replaces the content of a live one and keeps its `createdAt`, and its `subject`
   * and `idleTimeout` unless given. A cookie store does nothing.
   *
   * Failed: `INVALID_ID`, `INVALID_VALUE`, `TOO_LARGE`, and `CONFLICT` for an id that a session was moved away from.
   * Twice: the same content again, a new idle period.
   */
  save(id: string, data: SessionData, flash: SessionData, options?: SaveOptions): Promise<void>;

  /**
   * Changes a live session: `change` gets the newest content and returns what to store; it runs again if another write came first.
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

  /**
   * Ends a session, readable or not. Writes on their way do not bring it back, and a session that has moved to a new id
   * within the last minute is ended there, so that a logout holds. Missing, or twice: nothing happens.
   */
  destroy(id: string): Promise<void>;

  /** Removes expired sessions in batches of at most 500, one run at a time. @returns how many were removed */
  gc(): Promise<number>;

  /**
   * What belongs in the session cookie. A server store returns the id. A cookie store
   * seals the content and returns the seal, or `''` when the session was revoked meanwhile: then set no cookie.
   *
   * Failed: `INVALID_ID`; a cookie store also `INVALID_VALUE`.
   */
  cookieValue(
    id: string,
    data: SessionData,
    flash: SessionData,
    options?: CookieValueOptions,
  ): Promise<string>;

  /**
   * Creates a session only if the id is free. `false`, and nothing written, when a live session or a mark has it.
   *
   * Failed: as {@link SessionStore.save}; `UNSUPPORTED` on a cookie store.
   */
  create(id: string, data: SessionData, flash: SessionData, options?: SaveOptions): Promise<boolean>;

  /**
   * How many sessions are live and readable, which is how many `entries()` yields. Unreadable ones are reported.
   * Failed: `UNSUPPORTED` where the backend cannot list its records.
   */
  count(): Promise<number>;

  /** Every live session, read page by page. Unreadable ones are left out and reported. Failed: as {@link SessionStore.count}. */
  entries(): AsyncIterable<SessionEntry>;

  /** Ends every session, unreadable ones too. @returns how many were removed, expired ones included. Failed: as {@link SessionStore.count}. */
  clear(): Promise<number>;

  /** The live sessions of one subject, newest first. None: `[]`. Unreadable ones are left out and reported. Failed: `UNSUPPORTED` if the driver keeps no subjects. */
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
