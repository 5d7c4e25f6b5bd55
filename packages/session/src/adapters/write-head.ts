import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** The headers argument of `writeHead`: an object, a flat list `[name, value, …]`, or a list of pairs. */
export type HeadersArgument =
  | OutgoingHttpHeaders
  | readonly OutgoingHttpHeader[]
  | readonly [string, OutgoingHttpHeader][];

/**
 * Does what `writeHead(status, message, headers)` would do to the response, without sending anything: later headers, such as
 * the session's, can then join them. Throws at once for what Node would refuse.
 */
export function applyWriteHead(response: ServerResponse, args: readonly unknown[]): void {
  const [status, second, third] = args;
  const code = Number(status) | 0;
  // HTTP/2 has limits and errors of its own.
  if ('stream' in response) response.statusCode = code;
  if (code < 100 || code > 999) {
    throw Object.assign(new RangeError(`Invalid status code: ${String(status)}`), {
      code: 'ERR_HTTP_INVALID_STATUS_CODE',
    });
  }
  response.statusCode = code;
  if (typeof second === 'string') response.statusMessage = second;
  const headers = (typeof second === 'string' ? third : (second ?? third)) as
    | HeadersArgument
    | null
    | undefined;
  if (headers) applyHeaders(response, headers);
}

function applyHeaders(response: ServerResponse, headers: HeadersArgument): void {
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined) response.setHeader(name, value);
    return;
  }
  const pairs = Array.isArray(headers[0]) ? (headers as [string, OutgoingHttpHeader][]) : pairUp(headers);
  // As Node does: a list replaces what was set before, and may itself name a header several times.
  for (const [name] of pairs) response.removeHeader(name);
  for (const [name, value] of pairs) {
    response.appendHeader(name, typeof value === 'number' ? String(value) : (value as string | string[]));
  }
}

function pairUp(list: readonly unknown[]): [string, OutgoingHttpHeader][] {
  const pairs: [string, OutgoingHttpHeader][] = [];
  for (let i = 0; i + 1 < list.length; i += 2)
    pairs.push([String(list[i]), list[i + 1] as OutgoingHttpHeader]);
  return pairs;
}
