import { isSessionStore, StoreError } from '@store/core';
import { requestsIn } from './request/inner-request.ts';

/**
 * Rejects anything passed instead of the options object. A `Request` or a store has no enumerable properties, so a check of names
 * alone would accept it as empty options.
 *
 * @param call The correct call, to show in the error.
 * @throws {StoreError} `INVALID_OPTION` with what to write instead.
 */
export function assertOptions(given: unknown, call?: string): void {
  const write = call === undefined ? 'Pass an object, such as { store }.' : `Write ${call}.`;
  if (isSessionStore(given)) throw refused('A store was passed in place of the options. Pass { store }.');
  if (typeof (given as { then?: unknown } | null | undefined)?.then === 'function')
    throw refused('A promise was passed in place of the options. Pass { store: await startSession(…) }.');
  if (isFromRequest(given))
    throw refused(
      `A request, a response, a context or an application was passed in place of the options. ${write}`,
    );
  if (typeof given !== 'object' || given === null || Array.isArray(given) || isBuiltIn(given))
    throw refused(`The options must be an object, not ${nameOf(given)}. ${write}`);
}

/** @throws {StoreError} `INVALID_OPTION` unless the handler is a function. @param call The correct call, to show in the error */
export function assertHandler(handler: unknown, call: string): void {
  if (typeof handler !== 'function') throw refused(`The handler must be a function. Write ${call}.`);
}

/** @throws {StoreError} `INVALID_OPTION` unless it is a web-standard request. @param call The correct call, to show in the error */
export function assertRequest(request: unknown, call: string): void {
  const { headers, url } = (request ?? {}) as Partial<Request>;
  if (typeof headers?.get === 'function' && typeof url === 'string') return;
  throw refused(
    `The request must be a web-standard Request. Write ${call}; for other requests, use openSession().`,
  );
}

/** @throws {StoreError} `INVALID_OPTION` unless it is a session store. @param call The correct call, to show in the error */
export function assertStore(store: unknown, call: string): void {
  if (isSessionStore(store)) return;
  const isPromise = typeof (store as { then?: unknown } | null | undefined)?.then === 'function';
  throw refused(
    `The store must be a session store${isPromise ? ', not a promise of one' : ''}. Write ${call}.`,
  );
}

/** @throws {StoreError} `INVALID_OPTION` unless it is a `{ status, headers }` object: anything else would count as a successful response. */
export function assertResponse(response: unknown): void {
  if (typeof response !== 'object' || response === null || Array.isArray(response))
    throw refused(`commit() takes an object, not ${nameOf(response)}. Write commit({ status, headers }).`);
  const { status, statusCode, headers } = response as {
    [name in 'status' | 'statusCode' | 'headers']?: unknown;
  };
  if (status === undefined && statusCode !== undefined)
    throw refused(
      'commit() takes status, not statusCode. Write commit({ status: response.statusCode, headers }).',
    );
  if (
    status !== undefined &&
    !(Number.isInteger(status) && (status as number) >= 0 && (status as number) < 1000)
  )
    throw refused(
      `The status must be a whole number below 1000, not ${nameOf(status)}. Write commit({ status: 500 }).`,
    );
  if (headers !== undefined && (typeof headers !== 'object' || headers === null || Array.isArray(headers)))
    throw refused(
      `The headers must be Headers or an object, not ${nameOf(headers)}. Write commit({ status, headers }).`,
    );
}

/** The error for invalid arguments. @param text What is wrong, and what to write instead */
export function refused(text: string): StoreError {
  return new StoreError('INVALID_OPTION', `[@store/session] ${text}`);
}

function isFromRequest(given: unknown): boolean {
  for (const each of requestsIn(given)) {
    try {
      const { headers, getSetCookie } = each as { headers?: unknown; getSetCookie?: unknown };
      if ((typeof headers === 'object' && headers !== null) || typeof getSetCookie === 'function')
        return true;
    } catch {
      // A Koa application shares its requests' prototype, whose getters throw without a request.
      return true;
    }
  }
  return false;
}

/** Whether an object cannot hold options, like a `Map`, a `Date` or a `Request`. Instances of an application's classes can. */
export function isBuiltIn(given: object): boolean {
  return Object.prototype.toString.call(given) !== '[object Object]';
}

function nameOf(value: unknown): string {
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return 'an array';
  const { constructor: made } = value as { constructor?: { name?: unknown } };
  return typeof made?.name === 'string' ? `an instance of ${made.name}` : 'an object';
}
