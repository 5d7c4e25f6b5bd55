import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ResponseHeaders } from '../lifecycle/cache-headers.ts';
import type { Exchange } from '../lifecycle/exchange.ts';
import type { RequestFacts } from '../lifecycle/open-exchange.ts';
import { isForwardedHttps } from './forwarded-https.ts';
import { holdResponse } from './hold-response.ts';

/** What the lifecycle must know of a Node request; HTTP/2 names its host differently. */
export function factsOf({ headers, socket }: IncomingMessage): RequestFacts {
  const forwarded = headers['x-forwarded-proto'];
  return {
    cookieHeader: headers.cookie,
    host: (headers[':authority'] as string | undefined) ?? headers.host,
    https: 'encrypted' in socket || isForwardedHttps(Array.isArray(forwarded) ? forwarded[0] : forwarded),
  };
}

/**
 * Has the session written before the response's headers leave, late changes before it ends, and garbage collected after it.
 *
 * @param onFailure Answers the client when the session could not be written; nothing has left then.
 */
export function attachExchange(
  response: ServerResponse,
  exchange: Exchange,
  onFailure: (error: unknown) => void,
): void {
  const headers = headersOf(response);
  holdResponse(response, {
    beforeHeaders: () => exchange.commit({ status: response.statusCode, headers }),
    beforeEnd: () => (exchange.hasLateChanges() ? exchange.saveLateChanges() : undefined),
    onFailure(error) {
      clearRepresentation(response);
      onFailure(error);
    },
  });
  response.once('close', () => {
    // From here on nothing else will save what a job in the background changes.
    exchange.onLateChange(() => void exchange.saveLateChanges());
    if (response.headersSent) void exchange.saveLateChanges();
    void exchange.garbageCollection()?.();
  });
}

function headersOf(response: ServerResponse): ResponseHeaders {
  return {
    get(name) {
      const value = response.getHeader(name);
      return value === undefined ? undefined : String(value);
    },
    set: (name, value) => void response.setHeader(name, value),
    append: (name, value) => void response.appendHeader(name, value),
  };
}

/** Takes back what described the body that is not sent, and leaves what other middleware says about every response. */
function clearRepresentation(response: ServerResponse): void {
  for (const name of response.getHeaderNames()) {
    if (/^(?:content-(?!security-policy)|etag$|last-modified$|location$|accept-ranges$)/.test(name))
      response.removeHeader(name);
  }
  response.statusCode = 500;
  response.statusMessage = '';
}
