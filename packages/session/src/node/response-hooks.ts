import type { ResponseHeaders } from '../request/cache-headers.ts';
import type { ResponseFacts } from '../request/conclude.ts';

/** The work that a response waits for. */
export interface ResponseHooks<T> {
  /** The headers are about to leave. They do when the promise resolves, immediately if there is none. Called once. */
  commit(response: ResponseFacts): T | PromiseLike<T>;
  /** Puts what `commit` has returned on the response. */
  apply(result: T, headers: ResponseHeaders): void;
  /** The response is about to end. It does when the promise resolves, immediately if there is none. Must not fail. */
  beforeEnd(): PromiseLike<void> | undefined;
  /** `commit` failed. Nothing has left; what the handler sent is dropped, and an error can be sent instead. */
  onFailure(error: unknown): void;
  /** The response has been closed, sent or not. */
  onClose?(): void;
  /** The headers left without `commit`, as by `stream.respond()` of an HTTP/2 response. */
  onBypassed?(): void;
}
