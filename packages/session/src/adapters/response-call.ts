import type { ServerResponse } from 'node:http';

/** The methods by which a response leaves. */
export const methods = ['writeHead', 'flushHeaders', 'write', 'end'] as const;

export type Method = (typeof methods)[number];
export type Methods = Record<Method, (...args: unknown[]) => unknown>;

/** One call of such a method, made now or later. */
export interface Call {
  method: Method;
  args: unknown[];
  /** Whether it has waited for late changes: once is enough, whatever is changed meanwhile. */
  hasWaited?: boolean;
}

/** Makes a call that will not be made look made, and tells its callback why. @returns what the method would */
export function drop({ method, args }: Call, error: unknown, response?: ServerResponse): unknown {
  const callback = args.find((arg) => typeof arg === 'function');
  if (callback) queueMicrotask(() => callback(error));
  return method === 'write' ? false : method === 'flushHeaders' ? undefined : response;
}

/** Whether Node would throw for this call at once. */
export function isRefused(method: Method, chunk: unknown): boolean {
  if (method === 'writeHead' || method === 'flushHeaders') return false;
  // By its tag, since a test runner's bytes may be of another realm.
  const isBytes = Object.prototype.toString.call(chunk) === '[object Uint8Array]';
  if (typeof chunk === 'string' || isBytes) return false;
  return method === 'write' || !(chunk === undefined || chunk === null || typeof chunk === 'function');
}

/**
 * Middleware such as compression begins the headers again when it cannot see that they have begun.
 *
 * @throws Node's error, when the call would change what was said before.
 */
export function isRepeated(response: ServerResponse, [status, ...rest]: unknown[]): boolean {
  if (status === response.statusCode && rest.every((arg) => arg === undefined)) return true;
  throw Object.assign(new Error('Cannot write headers after they are sent to the client'), {
    code: 'ERR_HTTP_HEADERS_SENT',
  });
}
