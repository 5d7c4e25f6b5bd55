import type { SessionContent, SessionData, StoredSession } from './stored-session.ts';

/** The timeouts in force, in seconds, with the defaults filled in. */
export interface ResolvedTimeouts {
  readonly idleTimeout: number;
  /** `false` means no limit. */
  readonly absoluteTimeout: number | false;
  /** The store's clock, in whole epoch milliseconds. */
  readonly now: () => number;
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
 * A pure function that gets the latest content and returns the content to store. It may run more than once.
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
   *
   * @example
   * import type { SessionStore } from '@store/core';
   * const isLive = async (store: SessionStore, id: string) => (await store.load(id)).exists;
   */
  load(id: string): Promise<StoredSession>;

  /**
   * Creates a session. If the session is live, `save` replaces its content, restarts the idle period and keeps `createdAt`. It also
   * keeps `subject`, `idleTimeout` and `expireOnClose` unless they are given, but the last two only if the subject stays the same.
   * A cookie store only checks the arguments.
   *
   * Rejects with `INVALID_ID`, `INVALID_VALUE`, `TOO_LARGE`, with `INCOMPATIBLE` for a session that a newer version of core
   * wrote, and with `CONFLICT` when the session has moved to another id, or after losing 100 races.
   *
   * @example
   * import type { SessionStore } from '@store/core';
   * const keepCart = (store: SessionStore, id: string) => store.save(id, { cart: ['tea'] }, {}, { subject: 'user-7' });
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
   * Changes a live session and restarts its idle period. `change` gets the latest content and returns the content to store; it
   * runs again if another write got in first. Resolves to `false` and writes nothing when the session does not exist: a session
   * that has ended is never recreated.
   *
   * Rejects with whatever `change` throws, `INVALID_VALUE`, `TOO_LARGE`, `INVALID_ID` for `newId`, with `CONFLICT` when `newId` is
   * in use or after losing 100 races, and with `UNSUPPORTED` on a cookie store.
   *
   * @example
   * import type { SessionStore } from '@store/core';
   * const markSeen = (store: SessionStore, id: string) =>
   *   store.update(id, ({ data, flash }) => ({ data: { ...data, seen: true }, flash }));
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
   * @example
   * import type { SessionStore } from '@store/core';
   * const collect = async (store: SessionStore) => console.log(`${await store.gc()} expired sessions removed`);
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
   *
   * @example
   * import type { SessionStore } from '@store/core';
   * async function devices(store: SessionStore) {
   *   for (const { createdAt, data } of await store.list('user-7')) console.log(new Date(createdAt), data.device);
   * }
   */
  list(subject: string): Promise<SessionSummary[]>;

  /**
   * Ends every session of one subject, or all but `except`, or only the session with the handle `only`, if it belongs to that
   * subject. Rejects with `UNSUPPORTED` if the driver does not store subjects.
   *
   * @returns how many were ended
   * @example
   * import type { SessionStore } from '@store/core';
   * const logOutOthers = (store: SessionStore, id: string) => store.destroyAll('user-7', { except: id });
   * const logOutDevice = (store: SessionStore, handle: string) => store.destroyAll('user-7', { only: handle });
   */
  destroyAll(subject: string, options?: DestroyAllOptions): Promise<number>;

  /**
   * The number of live, readable sessions, i.e. as many as `entries()` yields. Unreadable sessions are reported. Rejects
   * with `UNSUPPORTED` if the backend cannot list its records.
   */
  count(): Promise<number>;

  /**
   * Every live session, read page by page. Unreadable sessions are left out and reported. Fails like {@link SessionStore.count}.
   *
   * @example
   * import type { SessionStore } from '@store/core';
   * async function subjects(store: SessionStore) {
   *   for await (const { subject } of store.entries()) console.log(subject);
   * }
   */
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
