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
 * Lets work be done before a response's headers leave, and again before it ends. From its first `writeHead`, `write`,
 * `flushHeaders` or `end` on, the handler sees a response whose headers have left, and its calls are repeated in their order when
 * the work is done.
 *
 * Node's methods decide by very little state, so Node is shown what the handler is to see, and does the refusing: HTTP/1 by a
 * placeholder in `_header`, HTTP/2 by `headersSent` of the stream. What only looks like a response is served as far as it goes.
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
  /** What the handler sees of the response while it is held. */
  readonly #view: HeldView;
  /**
   * `open` until the first call. `held` while calls wait. `released`: all calls go through. `failed`: what waited has been dropped,
   * and an error response is due. `answered`: that one has ended.
   */
  #phase: 'open' | 'held' | 'released' | 'failed' | 'answered' = 'open';
  readonly #waiting: WaitingCalls;
  readonly #headers: NodeHeaders;
  #hasEnded = false; // Late changes are asked for once, whatever is changed meanwhile.
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
    // A write after the end would otherwise end the process.
    response.on('error', ignore);
    if (!response.headersSent) return;
    this.#phase = 'released';
    this.#commitWithoutHeaders(hooks);
  }

  /** Has the response wait for other work too. */
  join(hooks: ResponseHooks<unknown>): void {
    if (this.#phase !== 'open') this.#commitWithoutHeaders(hooks);
    this.#hooks = joinHooks(this.#hooks, hooks) as ResponseHooks<never>;
  }

  /** A call of the handler, or of middleware around it. */
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
        // Other middleware, such as a compression that is still flushing, on top of what has been dropped.
        return this.#drop({ method, args });
    }
  }

  /** A call on the response itself after a failure: the error response, which goes past all that was put on top. */
  callAfterFailure(method: SendingMethod, args: unknown[]): unknown {
    const isOver = this.#phase === 'answered' && (method === 'write' || method === 'end');
    if (isOver || this.#dropped?.isLeftover(method)) return this.#drop({ method, args });
    const result = this.pass(method, args);
    if (method !== 'end' || this.#phase !== 'failed') return result;
    this.#phase = 'answered';
    // A loop that waits for room comes to its end, and closes what it reads from.
    queueMicrotask(() => this.#response.emit('drain'));
    this.#destroyNow();
    return result;
  }

  #begin(method: SendingMethod, args: unknown[]): unknown {
    const response = this.#response;
    if (this.#view.isDestroyed) return this.#beginForNobody({ method, args });
    const call: Call = { method, args };
    if (method === 'writeHead') {
      applyWriteHead(response, args, this.#isHttp2);
      call.args = [response.statusCode];
    } else {
      if (!this.#isHttp2) assertStatusLine(response);
      assertBody(method, args, this.#isHttp2);
    }
    this.#view.keepHead();
    this.#phase = 'held'; // Before the commit: a call that is made from inside it has to wait.
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

  /** The client has left. Node says so to the handler; what it did to the session is kept. */
  #beginForNobody(call: Call): unknown {
    this.#phase = 'released';
    try {
      const result = this.#commit();
      if (isPromise(result)) result.then(undefined, ignore);
    } catch {} // There is no one to tell.
    return this.pass(call.method, call.args);
  }

  #commit(): T | PromiseLike<T> {
    const response = this.#response;
    return this.#hooks.commit({ status: response.statusCode, headers: this.#headers });
  }

  /** The response has begun before it could be held: nothing can be put on it, and no error can take its place. */
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
    // After an end, HTTP/1 still looks at what is written.
    if (!isEnded || (method === 'write' && !this.#isHttp2)) assertBody(method, args, this.#isHttp2);
    if (method === 'write') return this.#waiting.addWrite({ method, args }) && !isEnded;
    this.#waiting.add({ method, args });
    if (method === 'flushHeaders') return undefined;
    if (!isEnded) this.#view.showEnded();
    return this.#response;
  }

  /** A call that keeps its place between those that wait. */
  keep(method: OrderedMethod, args: unknown[]): unknown {
    if (this.#phase !== 'held') return this.pass(method, args);
    if (method === 'addTrailers') assertTrailers(args[0]);
    return this.#waiting.add({ method, args });
  }

  /** `destroy` while the end of the response waits: a late error must not undo what was said before it. */
  destroyLater(destroy: () => void): void {
    this.#waitingDestroy ??= destroy;
  }

  /** Lets the calls that waited leave, with the head of the first one. */
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
    // In a turn of its own: what a listener throws is no refusal of Node's.
    if (isDrainDue && !this.#view.isDestroyed) queueMicrotask(() => response.emit('drain'));
    this.#waiting.isDrainDue = false;
    return first?.result;
  }

  /** @returns whether the response is held again, until late changes are saved */
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

  /** Makes a call that comes to nothing look made, and tells its callback why. */
  #drop({ method, args }: Call): unknown {
    const callback = args.find((arg) => typeof arg === 'function') as AnyFunction | undefined;
    if (callback) queueMicrotask(() => callback(this.#failure));
    return this.#resultOfDropped(method);
  }

  /** For a `write` it is `true`, so that a loop that waits for room comes to its end. */
  #resultOfDropped(method: Call['method']): unknown {
    return method === 'write' ? true : method === 'flushHeaders' ? undefined : this.#response;
  }

  /** Calls a method as it was. */
  pass(method: keyof OriginalMethods, args: unknown[]): unknown {
    return this.#original[method]?.apply(this.#response, args);
  }

  get isEndShown(): boolean {
    return this.#view.isEndShown;
  }

  #destroyNow(): void {
    const destroy = this.#waitingDestroy;
    this.#waitingDestroy = undefined;
    // TLS is given a turn to encrypt what was just written.
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
