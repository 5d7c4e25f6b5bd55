import { sessionKey } from '@store/core/driver';
import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';

export interface SentCookie {
  name: string;
  value: string;
}

/** Over https the cookie has the `__Host-` prefix; on plain http://localhost it cannot. */
const names = ['__Host-session', 'session'];

/** The session cookie that a request came with. */
export function cookieOf(request: Request): SentCookie | undefined {
  return pick(parseCookie(request.headers.cookie ?? ''));
}

/** The session cookie that the browser has after the response; `undefined` when it has none. */
export function cookieAfter(request: Request, response: Response): SentCookie | undefined {
  const lines = [response.getHeader('Set-Cookie') ?? []].flat().map(String);
  const sent = lines.map((line) => parseCookie(line.split(';', 1).join())).find((pair) => hasName(pair));
  return sent ? pick(sent) : cookieOf(request);
}

/** The key under which the store keeps the cookie's session. */
export function keyOf(cookie: SentCookie): string {
  return sessionKey(cookie.value);
}

type Cookies = ReturnType<typeof parseCookie>;

function hasName(cookies: Cookies): boolean {
  return names.some((name) => name in cookies);
}

function pick(cookies: Cookies): SentCookie | undefined {
  const name = names.find((candidate) => cookies[candidate]);
  const value = name && cookies[name];
  return name && value ? { name, value } : undefined;
}
