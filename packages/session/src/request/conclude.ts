import { isSameScope } from '../cookie/cookie-variants.ts';
import { warnOfDroppedCookie } from '../cookie/dropped-cookie.ts';
import { type OutgoingCookie, serializeCookie } from '../cookie/outgoing-cookie.ts';
import { cacheHeaders, type ReadableHeaders, type ResponseHeaders } from './cache-headers.ts';
import { type CookieReason, reportedCode, type SessionOutcome } from './events.ts';
import type { RequestSession } from './request-session.ts';

/**
 * A response header.
 *
 * @example
 * import type { Header } from '@store/session';
 *
 * const apply = (headers: Headers, [name, value]: Header) =>
 *   name === 'Set-Cookie' ? headers.append(name, value) : headers.set(name, value);
 */
export type Header = readonly [name: string, value: string];

/**
 * What a response has to carry, in one form for frameworks with a cookie API and one for those with plain headers.
 *
 * @example
 * import type { Committed } from '@store/session';
 *
 * const apply = (response: Response, { headers }: Committed) => {
 *   for (const [name, value] of headers) {
 *     if (name === 'Set-Cookie') response.headers.append(name, value);
 *     else response.headers.set(name, value);
 *   }
 * };
 */
export interface Committed {
  /** The cookies to set; usually none. */
  readonly cookies: readonly OutgoingCookie[];
  /** `Vary` and `Cache-Control`, which keep the response out of caches. Set them, do not append: they include the application's values. */
  readonly cacheHeaders: readonly Header[];
  /** All headers: one `Set-Cookie` per cookie, which must be appended, and the cache headers, which must be set. */
  readonly headers: readonly Header[];
}

/** What is known about the response when the session is committed. */
export interface ResponseFacts {
  status: number;
  headers: ReadableHeaders;
  /** Whether headers can be set on it: not on `Response.error()` or an upgrade. @default true */
  takesHeaders?: boolean;
}

/** What became of the session, and the cookies to send. */
export interface WriteResult {
  outcome: SessionOutcome;
  cookie: 'set' | 'cleared' | 'skipped';
  reason: CookieReason;
  cookies?: readonly OutgoingCookie[];
  error?: unknown;
}

export const nothing: Committed = { cookies: [], cacheHeaders: [], headers: [] };

/** Reports what became of the session, and builds what the response has to carry. */
export function conclude(request: RequestSession, result: WriteResult, response: ResponseFacts): Committed {
  const earlier = request.saved;
  const cookies = earlier
    ? latestOf([...(earlier.cookies ?? []), ...(result.cookies ?? [])])
    : (result.cookies ?? nothing.cookies);
  if (response.takesHeaders === false) {
    const skipped: WriteResult = { ...result, cookie: 'skipped', reason: 'no-headers' };
    request.report(() => describe(request, cookies.length > 0 ? skipped : result));
    return nothing;
  }
  const setsCookie = cookies.length > 0;
  const dropped = cookies.some(({ value }) => value !== '')
    ? request.cookie.reasonDropped(request.facts.header('X-Forwarded-Host'))
    : undefined;
  if (dropped) warnOfDroppedCookie(dropped);
  const { isUsed, subject } = request.journal;
  const { record } = request;
  const cache =
    setsCookie || isUsed
      ? cacheHeaders(response.headers, {
          setsCookie,
          hasSubject: subject !== undefined,
          ours: record.cacheControl,
        })
      : undefined;
  request.report(() => ({
    ...describe(request, earlier && !result.cookies ? { ...earlier, ...changedOnly(result) } : result),
    ...(dropped && { warning: dropped }),
    ...(cache?.replacesOwn && { cacheControl: 'replaced' as const }),
  }));
  if (!cache) return nothing;
  for (const [name, value] of cache.headers) if (name === 'Cache-Control') record.cacheControl = value;
  return {
    cookies,
    cacheHeaders: cache.headers,
    headers: [...cookies.map((cookie): Header => ['Set-Cookie', serializeCookie(cookie)]), ...cache.headers],
  };
}

/** Keeps the later of two cookies with the same name, domain, path and partition, as a browser would. */
function latestOf(cookies: readonly OutgoingCookie[]): readonly OutgoingCookie[] {
  if (cookies.length < 2) return cookies;
  const byName = new Map(
    cookies.map((cookie) => {
      const { domain, path, partitioned } = cookie.options;
      return [`${cookie.name} ${domain} ${path} ${partitioned}`, cookie];
    }),
  );
  return [...byName.values()];
}

/** After `save()`, the outcome is that of the save, unless the commit wrote something more. */
function changedOnly(result: WriteResult): Partial<WriteResult> {
  return result.outcome === 'unchanged' || result.outcome === 'none' ? {} : result;
}

function describe(request: RequestSession, { outcome, cookie, reason, error }: WriteResult) {
  return {
    type: 'request' as const,
    outcome,
    cookie,
    reason,
    store: request.store.name,
    milliseconds: request.calls.milliseconds,
    ...(error !== undefined && { error: reportedCode(error) }),
    ...(request.journal.invalidKeys.length > 0 && { invalidKeys: request.journal.invalidKeys }),
  };
}

/**
 * Sets the committed headers on a response: each `Set-Cookie` as a separate line, the others in place of existing values. A line
 * for the same cookie that is already on the response, as from an inner request, is removed: browsers use the last one,
 * but other clients may not.
 */
export function applyHeaders(committed: Committed, headers: ResponseHeaders): void {
  if (committed.cookies.length > 0) {
    const before = headers.getSetCookie();
    const kept = before.filter(
      (line) =>
        !committed.cookies.some(
          ({ name, options }) => line.startsWith(`${name}=`) && isSameScope(line, options),
        ),
    );
    if (kept.length < before.length) headers.replaceSetCookie(kept);
  }
  for (const [name, value] of committed.headers) {
    if (name === 'Set-Cookie') headers.append(name, value);
    else headers.set(name, value);
  }
}
