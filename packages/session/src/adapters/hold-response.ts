import type { ServerResponse } from 'node:http';
import type { ResponseHeaders } from '../cache-headers.ts';
import {
  type AnyFunction,
  afterEnd,
  type Call,
  clearRepresentation,
  drop,
  type Functions,
  headersSent,
  isRefused,
  type Method,
  methods,
  type Response as PlainResponse,
  sendOnce,
  streamDestroyed,
  watchStream,
} from './response-calls.ts';
import { hideProgress, showProgress } from './response-progress.ts';
import { applyWriteHead } from './write-head.ts';

/** What happens while a response is held back. */
export interface ResponseHooks {
  /**
   * The headers are about to leave, with this status; it may still change them. They leave once the promise resolves,
   * immediately if there is none.
   */
  beforeHeaders(head: { status: number; headers: ResponseHeaders }): PromiseLike<void> | undefined;
  /** The response is about to end. It does once the promise resolves, immediately if there is none. Must not fail. */
  beforeEnd(): PromiseLike<void> | undefined;
  /** `beforeHeaders` failed. Nothing has left; what the handler sent is dropped, and an error can be sent instead. */
  onFailure(error: unknown): void;
  /** The response has been closed, sent or not. */
  onClose?(): void;
  /** An HTTP/2 response is sent past this object, by its stream, before `beforeHeaders`. */
  onBypassed?(): void;
}

const held = Symbol('held response');

type Response = PlainResponse & { [held]?: HeldResponse };

/**
 * Lets work be done before a response's headers leave, and again before it ends, without the handler noticing. From its first
 * `writeHead`, `write`, `flushHeaders` or `end` on the response is as one that has left: status and headers are those of that
 * moment, setters throw Node's error, a second `end` does what Node does. What is sent meanwhile waits, and leaves in its
 * order; `write` returns `false` until then, and `drain` follows.
 *
 * Objects that only look like a `ServerResponse` are served as far as they go.
 */
export function holdResponse(response: object, hooks: ResponseHooks): void {
  const target = response as Response;
  if (!methods.some((method) => typeof target[method] === 'function')) return;
  const state = new HeldResponse(target, hooks);
  try {
    Object.defineProperty(target, held, { value: state, configurable: true });
    for (const method of methods)
      if (state.original[method]) (target as unknown as Functions)[method] = wrappers[method];
  } catch {
    // It cannot be changed, so it is let be.
  }
}

// One function for each method, whatever the number of responses. Those stay, and let everything through later, since other
// middleware may have wrapped them in turn.
const wrappers = Object.fromEntries(
  methods.map((method) => [
    method,
    function (this: Response, ...args: unknown[]): unknown {
      return this[held]?.call(method, args);
    },
  ]),
) as Record<Method, AnyFunction>;

class HeldResponse {
  readonly original: Functions = {};
  readonly #response: Response;
  readonly #hooks: ResponseHooks;
  #state: 'before' | 'pending' | 'through' | 'failed' = 'before';
  #waiting: Call[] = [];
  /** Status and message as of the first call; `undefined` once they have left. */
  #head: { status: number; message: string | undefined } | undefined;
  /** While the hook sets headers. Node's setters call one another, so what throws for the handler must let those through. */
  isEditing = false;
  #sources: Set<{ unpipe?(from: unknown): void; destroy?(): void }> | undefined;

  constructor(response: Response, hooks: ResponseHooks) {
    this.#response = response;
    this.#hooks = hooks;
    for (const method of methods) {
      const own = (response as unknown as Functions)[method];
      if (typeof own === 'function') this.original[method] = own;
    }
    if (typeof response.on !== 'function') return;
    response.on('close', () => {
      this.#release();
      this.#hooks.onClose?.();
    });
    response.on('pipe', (source) => {
      this.#sources = (this.#sources ?? new Set()).add(source as never);
    });
    // Node emits an error for a write after the end. Without a listener that would end the process.
    response.on('error', ignore);
    watchStream(response, () => {
      if (this.#state === 'before') hooks.onBypassed?.();
    });
  }

  call(method: Method, args: unknown[]): unknown {
    if (this.#response.destroyed && this.#state !== 'failed') return this.#pastEnd({ method, args });
    switch (this.#state) {
      case 'before':
        return this.#begin(method, args);
      case 'pending':
        return this.#queue(method, args);
      case 'through':
        return method === 'end' ? this.#end({ method, args }) : this.#pass({ method, args });
      default:
        return drop(this.#response, { method, args }, new Error('The response was replaced by an error.'));
    }
  }

  /** The client is gone. Node says so; what the handler did to the session is kept all the same. */
  #pastEnd(call: Call): unknown {
    this.#release();
    if (this.#state === 'before') {
      this.#state = 'through';
      const { statusCode = 200 } = this.#response;
      try {
        this.#hooks.beforeHeaders({ status: statusCode, headers: noHeaders })?.then(undefined, ignore);
      } catch {
        // There is nobody to tell.
      }
    }
    return this.#pass(call);
  }

  #pass({ method, args }: Call): unknown {
    const response = this.#response;
    const head = this.#head;
    if (!head || this.#state !== 'through') return this.original[method]?.apply(response, args);
    // The head of the first call leaves, whatever the handler has assigned since; what it assigned can still be read.
    const { statusCode, statusMessage } = response;
    response.statusCode = head.status;
    if (head.message !== undefined) response.statusMessage = head.message;
    try {
      return this.original[method]?.apply(response, args);
    } finally {
      this.#head = undefined;
      response.statusCode = statusCode;
      response.statusMessage = statusMessage;
    }
  }

  #begin(method: Method, given: unknown[]): unknown {
    const response = this.#response;
    // Node's own error, thrown where the mistake is.
    if (isRefused(method, given[0])) return this.#pass({ method, args: given });
    let args = given;
    if (method === 'writeHead') {
      const isReal = given.length > 0 || typeof response.statusCode === 'number';
      if (isReal) applyWriteHead(response, given);
      args = isReal ? [response.statusCode] : [];
    }
    const head = { status: response.statusCode ?? 200, message: response.statusMessage };
    const call = { method, args };
    let work: PromiseLike<void> | undefined;
    this.#state = 'through';
    try {
      work = this.#hooks.beforeHeaders({ status: head.status, headers: headersOf(response, this) });
    } catch (error) {
      return this.#fail([call], error);
    }
    if (!work) return method === 'end' ? this.#end(call) : this.#pass(call);
    if (response.statusCode !== undefined) this.#head = head;
    this.#hold([call], work);
    return method === 'write' ? false : method === 'flushHeaders' ? undefined : response;
  }

  /** The response is on its way, as far as the handler can tell. */
  #queue(method: Method, args: unknown[]): unknown {
    const response = this.#response;
    if (method === 'writeHead') throw headersSent(response, 'write');
    if (method === 'flushHeaders') return undefined;
    if (isRefused(method, args[0])) return this.#pass({ method, args });
    if (this.#waiting.some((call) => call.method === 'end')) return afterEnd(response, method, args);
    this.#waiting.push({ method, args });
    return method === 'write' ? false : response;
  }

  #end(call: Call): unknown {
    const work = call.hasWaited ? undefined : this.#hooks.beforeEnd();
    if (!work) return this.#pass(call);
    call.hasWaited = true;
    this.#hold([call], work);
    return this.#response;
  }

  #hold(calls: Call[], work: PromiseLike<void>): void {
    this.#state = 'pending';
    this.#waiting = calls;
    showProgress(
      this.#response,
      () => this.#waiting,
      () => this.isEditing,
    );
    work.then(
      () => this.#release(),
      (error: unknown) => this.#fail(this.#waiting, error),
    );
  }

  #release(): void {
    if (this.#state !== 'pending') return;
    const response = this.#response;
    const calls = this.#waiting;
    this.#waiting = [];
    this.#state = 'through';
    hideProgress(response);
    if (response.destroyed) {
      // Nothing left, and yet the handler has seen it leave.
      Object.defineProperty(response, 'headersSent', { configurable: true, value: true });
      for (const { method, args } of calls) {
        const callback = args.find((arg) => typeof arg === 'function') as AnyFunction | undefined;
        if (method === 'write') callback?.(streamDestroyed(method));
      }
      return;
    }
    let isReady = false;
    try {
      for (let call = calls.shift(); call; call = calls.shift()) {
        const work = call.method === 'end' && !call.hasWaited ? this.#hooks.beforeEnd() : undefined;
        if (work) {
          call.hasWaited = true;
          this.#hold([call, ...calls], work);
          return;
        }
        const result = this.#pass(call);
        if (call.method === 'write') isReady = result !== false;
      }
    } catch (error) {
      response.destroy(error as Error);
      return;
    }
    // Every held write returned `false`, so its source waits for this.
    if (isReady && !response.writableEnded && !response.destroyed) response.emit('drain');
  }

  #fail(calls: Call[], error: unknown): unknown {
    const response = this.#response;
    if (this.#state === 'pending') hideProgress(response);
    this.#state = 'failed';
    this.#waiting = [];
    for (const source of this.#sources ?? []) source.unpipe?.(response);
    for (const call of calls) drop(response, call, error);
    clearRepresentation(response);
    // The error's response goes past whatever the handler, or middleware on top, still has in hand.
    Object.assign(response, sendOnce(response, this.original));
    this.#hooks.onFailure(error);
    // Nobody reads on, so what it holds open, such as a file, is to be closed.
    for (const source of this.#sources ?? []) source.destroy?.();
    return calls[0]?.method === 'write' ? false : calls[0]?.method === 'flushHeaders' ? undefined : response;
  }
}

const noHeaders: ResponseHeaders = { get: () => undefined, set: ignore, append: ignore };

function ignore(): void {}

/** The headers as they can be read and set although the handler's setters throw already. */
function headersOf(response: Response, state: HeldResponse): ResponseHeaders {
  const { getHeader, setHeader, appendHeader } = response as Partial<ServerResponse>;
  const edit = (change: () => void) => {
    state.isEditing = true;
    try {
      change();
    } finally {
      state.isEditing = false;
    }
  };
  return {
    get(name) {
      const value = getHeader?.call(response, name);
      return value === undefined || value === null ? undefined : String(value);
    },
    set: (name, value) => edit(() => setHeader?.call(response, name, value)),
    append: (name, value) =>
      edit(() => {
        if (appendHeader) appendHeader.call(response, name, value);
        else
          setHeader?.call(response, name, [getHeader?.call(response, name) ?? [], value].flat() as string[]);
      }),
  };
}
