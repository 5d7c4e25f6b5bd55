/** A value, or a promise of it: driver functions may be synchronous or asynchronous. */
export type Awaitable<T> = T | PromiseLike<T>;
