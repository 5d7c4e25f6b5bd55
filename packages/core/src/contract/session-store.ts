/** A value that survives a round trip through JSON unchanged. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** Session values by key. Any string is a legal key, even `__proto__` and the empty string. */
export type SessionData = { [key: string]: JsonValue };

/** What a session holds: lasting data, and flash values for the next request. */
export interface SessionContent {
  data: SessionData;
  flash: SessionData;
}

/** The timeouts in force, in seconds, with the defaults filled in. */
export interface ResolvedTimeouts {
  readonly idleTimeout: number;
  /** `false` means no limit. */
  readonly absoluteTimeout: number | false;
  /** The store's clock, in whole epoch milliseconds. */
  readonly now: () => number;
}

/** A session as loaded. Pass it back whole and unmodified as `base`. */
export interface StoredSession extends SessionContent {
  /** The session id; for a cookie store, the id sealed inside the cookie. */
  id: string;
  /** `false`: the session is missing, expired or unreadable. `data` and `flash` are then empty, and only `moved` may be set. */
  exists: boolean;
  /** `true`: the session moved to a new id within the last minute, and this id is dead. Set only with `exists: false`. */
  moved?: true;
  /** When the session began, in epoch milliseconds. */
  createdAt?: number;
  /** When the session ends unless it is used again, in epoch milliseconds, taking both timeouts into account. */
  expiresAt?: number;
  /** The owner of the session, such as a user id, for `list` and `destroyAll`. */
  subject?: string;
  /** An idle timeout for just this session, in seconds, if it has one. */
  idleTimeout?: number;
  /** Whether this session's cookie ends with the browser, if that was set for the session. */
  expireOnClose?: boolean;
  /** Opaque. Identifies the last write; saves `update` a read. */
  version?: number;
  /** Opaque, cookie stores only. Pass it on to `cookieValue`, so that ending one id of the session ends them all. */
  family?: string;
  /** Opaque. Fields that a later version of the library stored; every write keeps them. Pass them on to `cookieValue`. */
  unknownFields?: SessionData;
  /** `true`: this request should write the session again, for example because its cookie is sealed with an old password. */
  renew?: boolean;
}

/** What `load` resolves to if the session does not exist. */
export function missingSession(id: string): StoredSession {
  return { id, exists: false, data: {}, flash: {} };
}

/** Turns a driver's result into the result of `load`: only known properties, and none that are `undefined` or `null`. */
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

/**
 * What to store with a session in addition to its content.
 *
 * @example
 * import type { SaveOptions } from '@store/core';
 * const rememberMe: SaveOptions = { subject: 'user-7', idleTimeout: 2_592_000, expireOnClose: false };
 */
export interface SaveOptions {
  /** The owner of the session, such as a user id: 1–255 characters, well-formed, no NUL. If omitted, it stays as it is. */
  subject?: string;
  /** An idle timeout for just this session, in whole seconds ("remember me"). If omitted, it stays as it is. */
  idleTimeout?: number;
  /** Whether this session's cookie ends with the browser ("remember me" left unticked). If omitted, it stays as it is. */
  expireOnClose?: boolean;
}

/**
 * What an update does in addition to changing the content.
 *
 * @example
 * import { createSessionId, type UpdateOptions } from '@store/core';
 * const login: UpdateOptions = { newId: createSessionId(), subject: 'user-7' };
 */
export interface UpdateOptions extends SaveOptions {
  /** What this request loaded. If the session has not been written since, one round trip is enough. */
  base?: StoredSession;
  /**
   * Moves the session to this id. From then on the old id is dead; for a minute, `load` resolves to `moved: true` for it. On a
   * record storage the move and the change are one atomic step. Together with a `subject` it restarts `createdAt`: a login is a new
   * session (ASVS 7.2.4). If the session belonged to another subject, none of it is kept: `change` gets empty content, and the
   * lifetime is reset. If several calls move the same session, at most one resolves to `true`.
   */
  newId?: string;
  /** Ends the session instead of storing it if the update leaves no data, flash or subject. `update` still resolves to `true`. */
  endWhenEmpty?: boolean;
}

export interface TouchOptions {
  /** What this request loaded; saves a read. */
  base?: StoredSession;
}

export interface CookieValueOptions extends SaveOptions {
  /** When the session began, in epoch milliseconds. Default: now. */
  createdAt?: number;
  /** What `load` returned for this session. If omitted, the session is treated as starting now, like a login after `destroyAll`. */
  version?: number;
  /** What `load` returned for this session, even under a new id. If omitted, the session starts a new family. */
  family?: string;
  /** What `load` returned for this session. */
  unknownFields?: SessionData;
  /**
   * Cookie stores only. Called with the finished value before the session's old id is retired. If it throws, `cookieValue`
   * rejects with the same error, and the old cookie stays valid. Must be synchronous: a returned promise is an `INVALID_OPTION`.
   * Only inspect the value here. Send what `cookieValue` resolves to, which can still be `''`.
   */
  accept?(value: string): void;
}

export interface DestroyAllOptions {
  /** The session id to spare ("log out my other devices"). */
  except?: string;
  /** The {@link SessionSummary.handle} of the only session to end ("log out that device"). */
  only?: string;
}

/**
 * A pure function that gets the newest content and returns the content to store. It may run more than once.
 *
 * @example
 * import type { SessionChange } from '@store/core';
 * const markSeen: SessionChange = ({ data, flash }) => ({ data: { ...data, seen: true }, flash });
 * markSeen({ data: { cart: [] }, flash: {} }); // { data: { cart: [], seen: true }, flash: {} }
 */
export type SessionChange = (current: SessionContent) => SessionContent;

/** One row of a "your sessions" page. It identifies the session without revealing its id. */
export interface SessionSummary {
  /** The record's key. Safe to show in a page: a request cannot use it as a session id. */
  handle: string;
  createdAt: number;
  expiresAt: number;
  data: SessionData;
}

/** A session yielded by `entries()`: a summary, and the session's owner. */
export interface SessionEntry extends SessionSummary {
  subject?: string;
}

/**
 * Stores and loads sessions. Opaque: only `createStore`, `createCookieStore` and `createRecordStore` create one, and the backend
 * behind it is not accessible.
 *
 * A method that fails rejects with a `StoreError`. Any method can reject with `UNAVAILABLE` when the backend fails, and with
 * `CLOSED` after `close()`; other codes are listed with each method. A missing session is never an error.
 *
 * @example
 * import { createSessionId } from '@store/core';
 * import { startSession } from '@store/core/memory';
 * const store = await startSession({ cache: false });
 * const id = createSessionId();
 * await store.save(id, { cart: ['tea'] }, { notice: 'Welcome' }, { subject: 'user-7' });
 * await store.update(id, ({ data, flash }) => ({ data: { ...data, seen: true }, flash })); // true
 * console.log((await store.load(id)).data); // { cart: ['tea'], seen: true }
 * await store.destroyAll('user-7', { except: id }); // 0: user-7 has no other sessions
 */
export interface SessionStore {
  /** `server`: the cookie holds the id. `cookie`: the cookie holds the whole session. */
  readonly kind: 'server' | 'cookie';
  /** The package that made the store, such as `@store/sqlite`, for messages and events. */
  readonly name: string;
  /** The timeouts in force, with the defaults filled in. */
  readonly timeouts: ResolvedTimeouts;

  /**
   * Reads a session without changing it. A cookie store expects the cookie's value instead of the id.
   *
   * Resolves to `exists: false` with empty `data` and `flash` when the session is missing, expired or unreadable, or the id is
   * malformed; also to `moved: true` when the session moved to another id within the last minute.
   *
   * Rejects with `INCOMPATIBLE` when a newer version of core wrote the session: an old process in a rolling deploy must not
   * log people out.
   */
  load(id: string): Promise<StoredSession>;

  /**
   * Creates a session. If the session is live, `save` replaces its content, restarts the idle period and keeps `createdAt`. It also
   * keeps `subject`, `idleTimeout` and `expireOnClose` unless they are given, but the last two only if the subject stays the same.
   * A cookie store only checks the arguments.
   *
   * Rejects with `INVALID_ID`, `INVALID_VALUE`, `TOO_LARGE`, with `INCOMPATIBLE` for a session that a newer version of core
   * wrote, and with `CONFLICT` when the session has moved to another id, or after losing 100 races.
   */
  save(id: string, data: SessionData, flash: SessionData, options?: SaveOptions): Promise<void>;

  /**
   * Creates a session only if the id is free. Resolves to `false` and writes nothing when the id belongs to a live session, or
   * to one that moved within the last minute.
   *
   * Rejects like {@link SessionStore.save}, and with `UNSUPPORTED` on a cookie store.
   */
  create(id: string, data: SessionData, flash: SessionData, options?: SaveOptions): Promise<boolean>;

  /**
   * Changes a live session and restarts its idle period. `change` gets the newest content and returns the content to store; it
   * runs again if another write got in first. Resolves to `false` and writes nothing when the session does not exist: a session
   * that has ended is never recreated.
   *
   * Rejects with whatever `change` throws, `INVALID_VALUE`, `TOO_LARGE`, `INVALID_ID` for `newId`, with `CONFLICT` when `newId` is
   * in use or after losing 100 races, and with `UNSUPPORTED` on a cookie store.
   */
  update(id: string, change: SessionChange, options?: UpdateOptions): Promise<boolean>;

  /**
   * Restarts the idle period and writes nothing else. Resolves to `false` when the session does not exist. Rejects with
   * `INCOMPATIBLE` like {@link SessionStore.load}, with `CONFLICT` after losing 100 races, and with `UNSUPPORTED` on a cookie
   * store.
   */
  touch(id: string, options?: TouchOptions): Promise<boolean>;

  /**
   * Ends a session, readable or not. Writes in progress cannot bring it back. If it moved to another id in the last minute, or
   * is being moved now, it ends under that id. Does nothing when the session does not exist.
   */
  destroy(id: string): Promise<void>;

  /**
   * Removes expired sessions; a record store does it in batches of at most 500. Calls made during a run share its outcome.
   *
   * @returns how many were removed
   */
  gc(): Promise<number>;

  /**
   * The value for the session cookie. A server store resolves to the id. A cookie store seals the content and resolves to the
   * seal, or to `''` if the session has been revoked, in which case you must not set a cookie.
   *
   * Rejects with `INVALID_ID`; a cookie store also with `INVALID_VALUE`, `INVALID_OPTION` and `TOO_LARGE`, and with whatever
   * `accept` throws. A server store does not call `accept`.
   */
  cookieValue(
    id: string,
    data: SessionData,
    flash: SessionData,
    options?: CookieValueOptions,
  ): Promise<string>;

  /**
   * The live sessions of one subject, newest first; `[]` if it has none. Unreadable sessions are left out and reported.
   * Rejects with `UNSUPPORTED` if the driver does not store subjects.
   */
  list(subject: string): Promise<SessionSummary[]>;

  /**
   * Ends every session of one subject, or all but `except`, or only the session with the handle `only`, if it belongs to that
   * subject. Rejects with `UNSUPPORTED` if the driver does not store subjects.
   *
   * @returns how many were ended
   */
  destroyAll(subject: string, options?: DestroyAllOptions): Promise<number>;

  /**
   * The number of live, readable sessions, i.e. as many as `entries()` yields. Unreadable sessions are reported. Rejects
   * with `UNSUPPORTED` if the backend cannot list its records.
   */
  count(): Promise<number>;

  /** Every live session, read page by page. Unreadable sessions are left out and reported. Fails like {@link SessionStore.count}. */
  entries(): AsyncIterable<SessionEntry>;

  /**
   * Ends every session, even unreadable ones. Rejects like {@link SessionStore.count}.
   *
   * @returns how many were removed, expired ones included
   */
  clear(): Promise<number>;

  /**
   * Waits for work in flight, closes what the driver opened, and removes the store from the cache. Afterwards every other
   * method rejects with `CLOSED`; calling `close()` again has the same outcome as the first call.
   */
  close(): Promise<void>;
}
