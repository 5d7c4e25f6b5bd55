import type { ServerResponse } from 'node:http';

/** The methods by which a response leaves. */
export type Method = 'writeHead' | 'flushHeaders' | 'write' | 'end';
export const methods: readonly Method[] = ['writeHead', 'flushHeaders', 'write', 'end'];
/** What changes headers. */
export const setters = ['setHeader', 'appendHeader', 'removeHeader', 'setHeaders'] as const;

/** One call of such a method, made now or later. */
export interface Call {
  method: Method;
  args: unknown[];
  /** Whether it has waited for late changes: once is enough, whatever is changed meanwhile. */
  hasWaited?: boolean;
}

export type AnyFunction = (...args: unknown[]) => unknown;
export type Functions = { [name: string]: AnyFunction | undefined };
export type Response = ServerResponse & { finished: boolean };

/** Makes a call that will not be made look made, and tells its callback why. @returns what the method would */
export function drop(response: Response, { method, args }: Call, error: unknown): unknown {
  const callback = args.find((arg) => typeof arg === 'function') as AnyFunction | undefined;
  if (callback) queueMicrotask(() => callback(error));
  return method === 'write' ? false : method === 'flushHeaders' ? undefined : response;
}

/** What Node does for a write or an end after the end. */
export function afterEnd(response: Response, method: Method, args: unknown[]): unknown {
  const callback = args.find((arg) => typeof arg === 'function') as AnyFunction | undefined;
  const hasChunk =
    args[0] !== undefined && args[0] !== null && args[0] !== '' && typeof args[0] !== 'function';
  if (method === 'end' && 'stream' in response) {
    if (callback) process.nextTick(callback);
    return response;
  }
  if (method === 'end' && !hasChunk) {
    if (callback) response.once('finish', callback as () => void);
    return response;
  }
  const error = Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' });
  process.nextTick(() => {
    callback?.(error);
    if (!response.destroyed && !('stream' in response)) response.emit('error', error);
  });
  return method === 'write' ? false : response;
}

export function headersSent(response: Response, doing: string): Error {
  const isHttp2 = 'stream' in response;
  return Object.assign(
    new Error(
      isHttp2
        ? 'Response has already been initiated.'
        : `Cannot ${doing} headers after they are sent to the client`,
    ),
    { code: isHttp2 ? 'ERR_HTTP2_HEADERS_SENT' : 'ERR_HTTP_HEADERS_SENT' },
  );
}

export function streamDestroyed(method: string): Error {
  return Object.assign(new Error(`Cannot call ${method} after a stream was destroyed`), {
    code: 'ERR_STREAM_DESTROYED',
  });
}

/** Whether Node would throw for this call immediately. */
export function isRefused(method: Method, chunk: unknown): boolean {
  if (method === 'writeHead' || method === 'flushHeaders') return false;
  // By its tag, since a test runner's bytes may be of another realm.
  const isBytes = Object.prototype.toString.call(chunk) === '[object Uint8Array]';
  if (typeof chunk === 'string' || isBytes) return false;
  return method === 'write' || !(chunk === undefined || chunk === null || typeof chunk === 'function');
}

/** Methods that go straight to the response until it has ended, and nowhere from then on. */
export function sendOnce(response: Response, original: Functions): Functions {
  let ended = false;
  const once =
    (method: Method): AnyFunction =>
    (...args) => {
      if (ended) return drop(response, { method, args }, new Error('The response was replaced by an error.'));
      const result = original[method]?.apply(response, args);
      ended = method === 'end';
      return result;
    };
  return Object.fromEntries(
    methods.filter((method) => original[method]).map((method) => [method, once(method)]),
  );
}

/** Takes back what described the body that is not sent, and leaves what other middleware says about every response. */
export function clearRepresentation(response: Response): void {
  for (const name of response.getHeaderNames?.() ?? []) {
    if (/^(?:content-(?!security-policy)|etag$|last-modified$|location$|accept-ranges$)/.test(name))
      response.removeHeader(name);
  }
  response.statusCode = 500;
  response.statusMessage = '';
}

/** Tells when an HTTP/2 response is sent by its stream, past the object that handlers are given. */
export function watchStream(response: Response, onRespond: () => void): void {
  const stream = (response as { stream?: Functions }).stream;
  if (!stream) return;
  for (const name of ['respond', 'respondWithFile', 'respondWithFD']) {
    const original = stream[name];
    if (typeof original !== 'function') continue;
    stream[name] = function (this: unknown, ...args) {
      onRespond();
      return original.apply(this, args);
    };
  }
}
