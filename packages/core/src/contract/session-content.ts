/** A value, or a promise of it: driver functions may be synchronous or asynchronous. */
export type Awaitable<T> = T | PromiseLike<T>;

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
