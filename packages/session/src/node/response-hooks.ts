import type { ResponseHeaders } from '../request/cache-headers.ts';
import type { ResponseFacts } from '../request/conclude.ts';

/** Work that a response waits for. */
export interface ResponseHooks<T> {
  /** The headers are about to be sent; they wait for the promise, if one is returned. Called once. */
  commit(response: ResponseFacts): T | PromiseLike<T>;
  /** Applies the result of `commit` to the response. */
  apply(result: T, headers: ResponseHeaders): void;
  /** The response is about to end; it waits for the promise, if one is returned. Must not fail. */
  beforeEnd(): PromiseLike<void> | undefined;
  /** `commit` failed. Nothing has been sent; the handler's output is dropped, and an error can be sent instead. */
  onFailure(error: unknown): void;
  /** The response was closed, sent or not. */
  onClose?(): void;
  /** The headers were sent without `commit`, as with `stream.respond()` of an HTTP/2 response. */
  onBypassed?(): void;
}
