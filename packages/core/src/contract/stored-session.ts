/** A value that survives a round trip through JSON unchanged. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** Session values by key. Any string is a legal key, even `__proto__` and the empty string. */
export type SessionData = { [key: string]: JsonValue };

/** What a session holds: lasting data, and flash values for the next request. */
export interface SessionContent {
  data: SessionData;
  flash: SessionData;
}

/** A session as loaded. Pass the whole object, unmodified, as `base`. */
export interface StoredSession extends SessionContent {
  /** The session id; for a cookie store, the id sealed inside the cookie. */
  id: string;
  /** `false`: the session is missing, expired or unreadable. `data` and `flash` are then empty, and only `moved` may be set. */
  exists: boolean;
  /** `true`: the session moved to a new id within the last minute, and this id is dead. Set only with `exists: false`. */
  moved?: true;
  /** When the session began, in epoch milliseconds. */
  createdAt?: number;
  /** When the session ends unless it is used again, in epoch milliseconds; takes both timeouts into account. */
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
