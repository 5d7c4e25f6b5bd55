import { sessionKey } from '@store/core/driver';
import type { OnSessionEvent, SessionEvent } from '@store/session';
import { parseCookie } from 'cookie';
import type { Request, RequestHandler } from 'express';

/** One request, and what the session middleware reported about it. */
export interface LoggedRequest {
  method: string;
  path: string;
  event: SessionEvent;
}

export interface RequestLog {
  /** Remembers the attributes of the cookies that are sent. */
  middleware: RequestHandler;
  /** The `onEvent` option of the session middleware. */
  onEvent: OnSessionEvent<Request>;
  /** Newest first, without peeks. */
  latest(): readonly LoggedRequest[];
  /** The log entry of a request; `undefined` until the middleware has finished with its session. */
  entryOf(request: Request): LoggedRequest | undefined;
  /** How many requests only peeked. */
  peeks(): number;
  /** The attributes that a cookie value was last sent with; `undefined` when this process did not send it. */
  attributesOf(value: string): readonly string[] | undefined;
}

/** Remembers the last requests from all browsers, for the live view. */
export function createRequestLog({ size = 4, cookies = 1000 } = {}): RequestLog {
  const requests: LoggedRequest[] = [];
  const entries = new WeakMap<Request, LoggedRequest>();
  // Keyed by the hash of the value, so that no session id stays in memory.
  const sent = new Map<string, string[]>();
  let peeks = 0;

  function rememberAttributes(setCookie: string): void {
    const [pair = '', ...attributes] = setCookie.split('; ');
    const [value] = Object.values(parseCookie(pair));
    if (!value) return;
    const key = sessionKey(value);
    sent.delete(key);
    sent.set(key, attributes);
    const [oldest] = sent.keys();
    if (sent.size > cookies && oldest !== undefined) sent.delete(oldest);
  }

  return {
    middleware(_request, response, next) {
      response.once('finish', () => {
        const header = response.getHeader('Set-Cookie') ?? [];
        for (const line of [header].flat()) rememberAttributes(String(line));
      });
      next();
    },
    onEvent(event, request) {
      if (event.type === 'request' && event.outcome === 'peeked') {
        peeks += 1;
        return;
      }
      const entry = { method: request.method, path: request.path, event };
      if (event.type === 'request') entries.set(request, entry);
      requests.unshift(entry);
      requests.length = Math.min(requests.length, size);
    },
    latest: () => requests,
    entryOf: (request) => entries.get(request),
    peeks: () => peeks,
    attributesOf: (value) => sent.get(sessionKey(value)),
  };
}
