import { isPromise } from '../request/store-calls.ts';
import { DroppedPage, type Source } from './dropped-page.ts';
import { type HeldServerResponse, HeldView, held, type OrderedMethod } from './held-view.ts';
import { joinHooks } from './joined-hooks.ts';
import { servePartialResponse } from './partial-response.ts';
import { applyWriteHead, assertBody, assertStatusLine, assertTrailers, headersSent } from './refusals.ts';
import { clearHead, NodeHeaders } from './response-headers.ts';
import type { ResponseHooks } from './response-hooks.ts';
import { type Call, type SendingMethod, WaitingCalls } from './waiting-calls.ts';
import {
  type OriginalMethods,
  onClose,
  onPipe,
  type WrappedState,
  wrapMethods,
  wrapMethodsAfterFailure,
} from './wrapped-methods.ts';

type AnyFunction = (...args: unknown[]) => unknown;

/**
 * Runs work before a response's headers are sent, and again before it ends. From its first `writeHead`, `write`, `flushHeaders` or
 * `end` on, the handler sees a response whose headers were sent; its calls wait, and are replayed in order after the work.
 *
 * Node's methods depend on very little state, so that state is set to what the handler should see, and Node itself rejects late
 * calls: HTTP/1 because of a placeholder in `_header`, HTTP/2 because of the stream's `headersSent`. An object that only resembles a
 * response is supported as far as possible.
 */
export function holdResponse<T>(response: object, hooks: ResponseHooks<T>): void {
  const before = (response as Partial<HeldServerResponse>)[held];
  if (before instanceof HeldResponse) before.join(hooks);
  else if ('headersSent' in response && 'writableEnded' in response && 'once' in response)
    new HeldResponse(response as HeldServerResponse, hooks);
  else servePartialResponse(response, hooks);
}

class HeldResponse<T> implements WrappedState {
  readonly #response: HeldServerResponse;
  #hooks: ResponseHooks<T>;
  /** The methods as they were: other middleware may have replaced them before. */
  readonly #original: OriginalMethods;
  readonly #isHttp2: boolean;
  /** The response's state as the handler sees it while the response is held. */
  readonly #view: HeldView;
  /**
   * `open` until the first call. `held` while calls wait. `released`: all calls go through. `failed`: waiting calls were dropped, and
   * an error response is due. `answered`: the error response has ended.
   */
  #phase: 'open' | 'held' | 'released' | 'failed' | 'answered' = 'open';
  readonly #waiting: WaitingCalls;
  readonly #headers: NodeHeaders;
  #hasEnded = false; // Late changes are saved once, even if more are made during that save.
  #waitingDestroy: (() => void) | undefined;
  #sources: Set<Source> | undefined;
  #failure: unknown;
  #dropped: DroppedPage | undefined;

  constructor(response: HeldServerResponse, hooks: ResponseHooks<T>) {
    this.#response = response;
    this.#hooks = hooks;
    this.#isHttp2 = !Object.hasOwn(response, '_header') && typeof response.stream?.destroy === 'function';
    this.#view = new HeldView(response, this.#isHttp2);
    this.#waiting = new WaitingCalls(response);
    this.#headers = new NodeHeaders(response as never);
    Object.defineProperty(response, held, { value: this, configurable: true });
    this.#original = wrapMethods(response);
    response.on('close', onClose);
    response.on('pipe', onPipe);
    // Without a listener, a write after the end would crash the process.
    response.on('error', ignore);
    if (!response.headersSent) return;
    this.#phase = 'released';
    this.#commitWithoutHeaders(hooks);
  }

  /** Makes the response wait for other work too. */
  join(hooks: ResponseHooks<unknown>): void {
    if (this.#phase !== 'open') this.#commitWithoutHeaders(hooks);
    this.#hooks = joinHooks(this.#hooks, hooks) as ResponseHooks<never>;
  }

  /** A call by the handler, or by middleware around it. */
  call(method: SendingMethod, args: unknown[]): unknown {
    switch (this.#phase) {
      case 'open':
        return this.#begin(method, args);
      case 'held':
        return this.#wait(method, args);
      case 'released':
        if (method !== 'end' || !this.#waitForLateChanges()) return this.pass(method, args);
        this.#waiting.add({ method, args });
        return this.#response;
      default:
        // Other middleware, such as compression, may still be flushing the dropped page.
        return this.#drop({ method, args });
    }
  }

  /** A call on the response itself after a failure: the error response, which bypasses wrappers by other middleware. */
  callAfterFailure(method: SendingMethod, args: unknown[]): unknown {
    const isOver = this.#phase === 'answered' && (method === 'write' || method === 'end');
    if (isOver || this.#dropped?.isLeftover(method)) return this.#drop({ method, args });
    const result = this.pass(method, args);
    if (method !== 'end' || this.#phase !== 'failed') return result;
    this.#phase = 'answered';
    // Lets a loop that waits for `drain` finish and close its source.
    queueMicrotask(() => this.#response.emit('drain'));
    this.#destroyNow();
    return result;
  }

  #begin(method: SendingMethod, args: unknown[]): unknown {
    const response = this.#response;
    if (this.#view.isDestroyed) return this.#beginWithoutClient({ method, args });
    const call: Call = { method, args };
    if (method === 'writeHead') {
      applyWriteHead(response, args, this.#isHttp2);
      call.args = [response.statusCode];
    } else {
      if (!this.#isHttp2) assertStatusLine(response);
      assertBody(method, args, this.#isHttp2);
    }
    this.#view.keepHead();
    this.#phase = 'held'; // Before the commit, so that a call made during it waits.
    const hasRoom = method === 'write' ? this.#waiting.addWrite(call) : this.#waiting.add(call);
    let result: T | PromiseLike<T>;
    try {
      result = this.#commit();
    } catch (error) {
      return this.#fail(error);
    }
    if (!isPromise(result)) return this.#release(result as T, true);
    this.#view.showHeadersSent();
    result.then(
      (done) => this.#release(done, false),
      (error: unknown) => this.#fail(error),
    );
    if (method === 'end') this.#view.showEnded();
    return method === 'write' ? hasRoom : method === 'flushHeaders' ? undefined : response;
  }

  /** The client has disconnected. Node tells the handler, whose session changes are still written. */
  #beginWithoutClient(call: Call): unknown {
    this.#phase = 'released';
    try {
      const result = this.#commit();
      if (isPromise(result)) result.then(undefined, ignore);
    } catch {} // Reported as an event; no response can carry the error.
    return this.pass(call.method, call.args);
  }

  #commit(): T | PromiseLike<T> {
    const response = this.#response;
    return this.#hooks.commit({ status: response.statusCode, headers: this.#headers });
  }

  /** The response started before it could be held: no headers can be added, and no error response can replace it. */
  #commitWithoutHeaders(hooks: ResponseHooks<unknown>): void {
    const response = this.#response;
    const head = { status: response.statusCode, headers: this.#headers, takesHeaders: false };
    try {
      const result = hooks.commit(head);
      if (isPromise(result)) result.then(undefined, ignore);
    } catch {} // Reported as an event.
  }

  #wait(method: SendingMethod, args: unknown[]): unknown {
    if (method === 'writeHead') throw headersSent(this.#isHttp2);
    const isEnded = this.#waiting.hasEnd;
    // HTTP/1 validates the chunk even in a write after the end.
    if (!isEnded || (method === 'write' && !this.#isHttp2)) assertBody(method, args, this.#isHttp2);
    if (method === 'write') return this.#waiting.addWrite({ method, args }) && !isEnded;
    this.#waiting.add({ method, args });
    if (method === 'flushHeaders') return undefined;
    if (!isEnded) this.#view.showEnded();
    return this.#response;
  }

  /** A call that keeps its position among the waiting calls. */
  keep(method: OrderedMethod, args: unknown[]): unknown {
    if (this.#phase !== 'held') return this.pass(method, args);
    if (method === 'addTrailers') assertTrailers(args[0]);
    return this.#waiting.add({ method, args });
  }

  /** `destroy` while the response's `end` waits: a late error must not undo a response that was already complete. */
  destroyLater(destroy: () => void): void {
    this.#waitingDestroy ??= destroy;
  }

  /** Replays the waiting calls, with the status of the first one. */
  #release(result: T | undefined, isSynchronous: boolean): unknown {
    const response = this.#response;
    this.#view.restore();
    this.#phase = 'released';
    const swapBack = this.#view.isDestroyed ? ignore : this.#view.swapHead();
    let first: { result: unknown } | undefined;
    let hasRoom = true;
    try {
      if (result !== undefined && !this.#view.isDestroyed) this.#hooks.apply(result, this.#headers);
      for (let call = this.#waiting.first(); call; call = this.#waiting.first()) {
        if (call.method === 'end' && this.#waitForLateChanges()) return first ? first.result : response;
        this.#waiting.shift();
        const returned = this.pass(call.method, call.args);
        first ??= { result: returned };
        if (call.method === 'write') hasRoom = returned !== false;
      }
    } catch (error) {
      this.#waiting.takeAll();
      if (isSynchronous) throw error;
      if (response.headersSent) response.destroy(error as Error);
      else this.#fail(error);
      return response;
    } finally {
      swapBack();
    }
    this.#waiting.takeAll();
    this.#destroyNow();
    const isDrainDue = this.#waiting.isDrainDue && hasRoom && !response.writableEnded;
    // In a separate microtask, so that an error thrown by a listener is not mistaken for one from Node.
    if (isDrainDue && !this.#view.isDestroyed) queueMicrotask(() => response.emit('drain'));
    this.#waiting.isDrainDue = false;
    return first?.result;
  }

  /** @returns whether the response is held again until late changes are saved */
  #waitForLateChanges(): boolean {
    if (this.#hasEnded || this.#view.isDestroyed) return false;
    this.#hasEnded = true;
    const work = this.#hooks.beforeEnd();
    if (!work) return false;
    this.#phase = 'held';
    this.#view.showHeadersSent();
    this.#view.showEnded();
    work.then(() => this.#release(undefined, false));
    return true;
  }

  #fail(error: unknown): unknown {
    const response = this.#response;
    const calls = this.#waiting.takeAll();
    this.#view.restore();
    this.#phase = 'failed';
    this.#failure = error;
    for (const call of calls) this.#drop(call);
    this.#dropped = new DroppedPage(response, calls, this.#sources);
    if (this.#view.isDestroyed) this.#dropped.closeSources();
    wrapMethodsAfterFailure(response);
    clearHead(response, this.#isHttp2);
    try {
      this.#hooks.onFailure(error);
    } catch {
      response.destroy();
    }
    this.#dropped.awaitErrorResponse();
    return calls[0] && this.#resultOfDropped(calls[0].method);
  }

  /** Makes a dropped call look successful, and passes the error to its callback. */
  #drop({ method, args }: Call): unknown {
    const callback = args.find((arg) => typeof arg === 'function') as AnyFunction | undefined;
    if (callback) queueMicrotask(() => callback(this.#failure));
    return this.#resultOfDropped(method);
  }

  /** `true` for a `write`, so that a loop that waits for `drain` finishes. */
  #resultOfDropped(method: Call['method']): unknown {
    return method === 'write' ? true : method === 'flushHeaders' ? undefined : this.#response;
  }

  /** Calls an original method. */
  pass(method: keyof OriginalMethods, args: unknown[]): unknown {
    return this.#original[method]?.apply(this.#response, args);
  }

  get isEndShown(): boolean {
    return this.#view.isEndShown;
  }

  #destroyNow(): void {
    const destroy = this.#waitingDestroy;
    this.#waitingDestroy = undefined;
    // Gives TLS a turn to encrypt what was just written.
    if (destroy) setImmediate(destroy);
  }

  addSource(source: object): void {
    if (this.#dropped) this.#dropped.notePipe();
    else this.#sources = (this.#sources ?? new Set()).add(source);
  }

  close(): void {
    if (this.#phase === 'open' && this.#response.headersSent) this.#hooks.onBypassed?.();
    this.#dropped?.closeSources();
    this.#hooks.onClose?.();
  }
}

function ignore(): void {}
