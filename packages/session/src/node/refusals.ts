import { OutgoingMessage, type ServerResponse } from 'node:http';
import type { OrderedMethod } from './held-view.ts';
import type { SendingMethod } from './waiting-calls.ts';

/**
 * Throws what Node would throw for an invalid body, with Node's message and at the line of the mistake. Where that has no side
 * effects, Node itself is called.
 */
export function assertBody(
  method: SendingMethod | OrderedMethod,
  [chunk, encoding]: readonly unknown[],
  isHttp2: boolean,
): void {
  // `end(0)` has no chunk for HTTP/1, but it does for HTTP/2.
  const hasChunk =
    typeof chunk !== 'function' && (isHttp2 ? chunk !== undefined && chunk !== null : Boolean(chunk));
  if (method === 'write' || (method === 'end' && hasChunk)) assertChunk(chunk, encoding);
}

function assertChunk(chunk: unknown, encoding: unknown): void {
  if (typeof chunk === 'string') {
    if (typeof encoding === 'string' && encoding !== '' && encoding !== 'buffer')
      Buffer.from('', encoding as 'utf8');
    return;
  }
  // Recognized by its tag, because test runners pass byte arrays from another realm.
  if (Object.prototype.toString.call(chunk) === '[object Uint8Array]') return;
  try {
    new OutgoingMessage().write(chunk);
  } catch (error) {
    // A bare OutgoingMessage cannot send headers, so a valid chunk always leads to this error.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_METHOD_NOT_IMPLEMENTED') throw error;
  }
}

/** Checks the names and values of trailers. */
export function assertTrailers(trailers: unknown): void {
  new OutgoingMessage().addTrailers(trailers as never);
}

/** Checks the status line of an implicit head. HTTP/2 checks the status when it is assigned. */
export function assertStatusLine({ statusCode, statusMessage }: ServerResponse): void {
  assertStatus(statusCode);
  if (/[^\t\x20-\x7e\x80-\xff]/.test(statusMessage ?? '')) {
    throw Object.assign(new TypeError('Invalid character in statusMessage'), { code: 'ERR_INVALID_CHAR' });
  }
}

function assertStatus(given: unknown): number {
  const status = Number(given) | 0;
  if (status >= 100 && status <= 999) return status;
  throw Object.assign(new RangeError(`Invalid status code: ${String(given)}`), {
    code: 'ERR_HTTP_INVALID_STATUS_CODE',
  });
}

/** The error that Node throws when headers are changed after they were sent. */
export function headersSent(isHttp2: boolean): Error {
  return isHttp2
    ? Object.assign(new Error('Response has already been initiated.'), { code: 'ERR_HTTP2_HEADERS_SENT' })
    : Object.assign(new Error('Cannot write headers after they are sent to the client'), {
        code: 'ERR_HTTP_HEADERS_SENT',
      });
}

/**
 * Applies `writeHead(status, message, headers)` to the response without sending anything, so that the session's headers can be
 * added.
 */
export function applyWriteHead(response: ServerResponse, args: readonly unknown[], isHttp2: boolean): void {
  const [given, second, third] = args;
  const status = isHttp2 ? Number(given) | 0 : assertStatus(given);
  const headers = typeof second === 'string' ? third : (third ?? second);
  if (typeof second === 'string' && !isHttp2) response.statusMessage = second;
  if (!isHttp2) response.statusCode = status;
  if (Array.isArray(headers)) applyList(response, headers);
  else if (headers) {
    for (const [name, value] of Object.entries(headers)) if (name) response.setHeader(name, value as string);
  }
  if (isHttp2) response.statusCode = status;
  else assertStatusLine(response);
}

/** A flat list `[name, value, …]` or a list of pairs. It replaces headers set earlier, and may name a header several times. */
function applyList(response: ServerResponse, list: readonly unknown[]): void {
  const isFlat = !Array.isArray(list[0]);
  if (isFlat && list.length % 2 !== 0) {
    throw Object.assign(new TypeError("The argument 'headers' must have a value for each name."), {
      code: 'ERR_INVALID_ARG_VALUE',
    });
  }
  const pairs = isFlat
    ? Array.from({ length: list.length / 2 }, (_, index) => [list[2 * index], list[2 * index + 1]])
    : (list as unknown[][]);
  for (const [name] of pairs) response.removeHeader(name as string);
  for (const [name, value] of pairs) {
    if (name)
      response.appendHeader(name as string, typeof value === 'number' ? String(value) : (value as string));
  }
}
