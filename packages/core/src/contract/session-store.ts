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
  /** `true`: this id is dead, because its session was given a new one within the last minute. Set only with `exists: false`. */
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
  /** Opaque. Which write this is; spares `update` a read. */
  version?: number;
  /** Opaque, cookie stores only. Pass it on to `cookieValue`, so that ending one id of the session ends them all. */
  family?: string;
  /** Opaque. What a later version of the library stored next to the content; kept by every write. Pass it on to `cookieValue`. */
  unknownFields?: SessionData;
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
  if (found.unknownFields != null) stored.unknownFields = found.unknownFields;
  if (found.renew) stored.renew = true;
  return stored;
}

export interface SaveOptions {
  /** Whose session this is: 1–255 characters, well-formed, no NUL. Kept when not given. */
  subject?: string;
  /** This session's own idle timeout in whole seconds ("remember me"). Kept when not given. */
  idleTimeout?: number;
  /** Whether this session's cookie ends with the browser ("remember me" left unticked). Kept when not given. */
  expireOnClose?: boolean;
}

export interface UpdateOptions extends SaveOptions {
  /** What this request loaded. If nobody wrote in between, one round trip is enough. */
  base?: StoredSession;
  /**
   * Moves the session to this id. From then on the old id is dead; for a minute `load` says so with `moved: true`. On a record
   * storage the move and the change are one atomic step. Together with a `subject` it restarts `createdAt`: a login is a new
   * session (ASVS 7.2.4). If the session belonged to another subject, none of it is kept: `change` gets empty content, and the
   * lifetime is reset. Of several moves of one session at most one resolves to `true`.
   */
  newId?: string;
  /** Ends the session instead of storing it if the update leaves no data, flash or subject. `update` still resolves to `true`. */
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
  /** What `load` returned for this session. */
  unknownFields?: SessionData;
  /**
   * Cookie stores only. Called with the finished value before the session's old id is retired. If it throws, `cookieValue`
   * rejects with the same error, and the old cookie stays good. Must be synchronous: a returned promise is an `INVALID_OPTION`.
   * Only look at the value: send what `cookieValue` resolves to, which can still be `''`.
   */
  accept?(value: string): void;
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
 * A method that fails rejects with a `StoreError`: any of them with `UNAVAILABLE` when the backend could not answer, and with
 * `CLOSED` after `close()`; the other codes are named at each. A missing session is never an error.
 */
export interface SessionStore {
  /** `server`: the cookie holds the id. `cookie`: the cookie holds the whole session. */
  readonly kind: 'server' | 'cookie';
  /** Who made the store, for messages and events, such as `@store/sqlite`. */
  readonly name: string;
  /** The timeouts in force, defaults filled in. */
  readonly timeouts: ResolvedTimeouts;

  /**
   * Reads a session and changes nothing. A cookie store takes the cookie's value instead of the id.
   *
   * Resolves to `exists: false` with empty `data` and `flash` when the session is missing, expired or unreadable, or the id
   * malformed; with `moved: true` in addition when it was given another id within the last minute.
   *
   * Rejects with `INCOMPATIBLE` when a newer version of core wrote the session: an old process in a rolling deploy must not
   * log people out.
   *
   * @example
   * const session = await store.load(id);
   * if (session.exists) console.log(session.data.cart);
   */
  load(id: string): Promise<StoredSession>;

  /**
   * Creates a session. Over a live one it replaces the content and starts the idle period again; `createdAt` is kept, and so
   * are `subject`, `idleTimeout` and `expireOnClose` unless given; the last two not over another subject's session. A cookie
   * store only checks what it is given.
   *
   * Rejects with `INVALID_ID`, `INVALID_VALUE`, `TOO_LARGE`, with `INCOMPATIBLE` over a session that a newer version of core
   * wrote, and with `CONFLICT` when the session was given another id, or after 100 lost races.
   *
   * @example
   * await store.save(createSessionId(), { cart: [] }, { notice: 'Welcome' }, { subject: 'user-7' });
   */
  save(id: string, data: SessionData, flash: SessionData, options?: SaveOptions): Promise<void>;

  /**
   * Creates a session only if the id is free. Resolves to `false`, and writes nothing, when the id belongs to a live session
   * or was given up within the last minute.
   *
   * Rejects as {@link SessionStore.save} does, and with `UNSUPPORTED` on a cookie store.
   */
  create(id: string, data: SessionData, flash: SessionData, options?: SaveOptions): Promise<boolean>;

  /**
   * Changes a live session and starts its idle period again. `change` gets the newest content and returns what to store; it
   * runs again if another write came first. Resolves to `false`, and writes nothing, when the session does not exist: one
   * that has ended is never created again.
   *
   * Rejects with what `change` throws, `INVALID_VALUE`, `TOO_LARGE`, `INVALID_ID` for `newId`, with `CONFLICT` when `newId` is
   * in use or after 100 lost races, and with `UNSUPPORTED` on a cookie store.
   *
   * @example
   * await store.update(id, ({ data, flash }) => ({ data: { ...data, seen: true }, flash }));
   */
  update(id: string, change: SessionChange, options?: UpdateOptions): Promise<boolean>;

  /**
   * Starts the idle period again and writes nothing else. Resolves to `false` when the session does not exist. Rejects with
   * `INCOMPATIBLE` as {@link SessionStore.load} does, with `CONFLICT` after 100 lost races, and with `UNSUPPORTED` on a cookie
   * store.
   */
  touch(id: string, options?: TouchOptions): Promise<boolean>;

  /**
   * Ends a session, readable or not. Writes in progress do not bring it back. If it was given another id in the last minute, or
   * is being given one now, it is ended under that id. Does nothing when the session does not exist.
   *
   * @example
   * await store.destroy(id);
   */
  destroy(id: string): Promise<void>;

  /**
   * Removes expired sessions; a record store in batches of at most 500. Calls made during a run share its outcome.
   *
   * @returns how many were removed
   */
  gc(): Promise<number>;

  /**
   * What belongs in the session cookie. A server store returns the id. A cookie store seals the content and returns the
   * seal, or `''` when the session was revoked meanwhile: then set no cookie.
   *
   * Rejects with `INVALID_ID`; a cookie store also with `INVALID_VALUE`, `INVALID_OPTION` and `TOO_LARGE`, and with what
   * `accept` throws. A server store does not call `accept`.
   */
  cookieValue(
    id: string,
    data: SessionData,
    flash: SessionData,
    options?: CookieValueOptions,
  ): Promise<string>;

  /**
   * The live sessions of one subject, newest first; `[]` when there are none. Unreadable ones are left out and reported.
   * Rejects with `UNSUPPORTED` if the driver keeps no subjects.
   */
  list(subject: string): Promise<SessionSummary[]>;

  /**
   * Ends every session of one subject, or all but `except`, or only the one with the handle `only` if it belongs to that
   * subject. Rejects with `UNSUPPORTED` if the driver keeps no subjects.
   *
   * @returns how many were ended
   * @example
   * await store.destroyAll('user-7', { except: id }); // log out my other devices
   */
  destroyAll(subject: string, options?: DestroyAllOptions): Promise<number>;

  /**
   * How many sessions are live and readable, which is how many `entries()` yields. Unreadable ones are reported. Rejects with
   * `UNSUPPORTED` if the backend cannot list its records.
   */
  count(): Promise<number>;

  /** Every live session, read page by page. Unreadable ones are left out and reported. Fails as {@link SessionStore.count} does. */
  entries(): AsyncIterable<SessionEntry>;

  /**
   * Ends every session, unreadable ones too. Rejects as {@link SessionStore.count} does.
   *
   * @returns how many were removed, expired ones included
   */
  clear(): Promise<number>;

  /**
   * Waits for work in flight, closes what the driver opened, and takes the store out of the cache. Afterwards every other
   * method rejects with `CLOSED`; another `close()` has the outcome of the first.
   */
  close(): Promise<void>;
}
