import { parseCookie } from 'cookie';
import { mostChunks } from './cookie-options.ts';
import { cookieLimit } from './cookie-size.ts';
import { readCookie } from './read-cookie.ts';
import { chunkName, encodeCookieValue, type SessionCookie } from './session-cookie.ts';

/** What a request brought as its session cookie, and how to answer it. */
export interface ReceivedCookie {
  /** `undefined` when there is none that can be believed. */
  readonly value: string | undefined;
  /** Why there is no value. */
  readonly absence: 'no-cookie' | 'ambiguous-cookie' | 'unknown-session' | undefined;
  /**
   * The `Set-Cookie` values that put a value in its place: one; or one per piece if it is too large and may be split; and one
   * more for every cookie of this session that must go.
   */
  replace(value: string, maxAge: number): string[];
  /** The `Set-Cookie` values that remove it, in pieces or not. */
  remove(): string[];
}

/** Reads a request's session cookie, whole or in pieces. Without `chunks` exactly one name is looked at. */
export function receiveCookie(cookie: SessionCookie, header: string | null | undefined): ReceivedCookie {
  const { name, chunks } = cookie;
  const whole = readCookie(header, name);
  const absence = whole.ambiguous ? 'ambiguous-cookie' : whole.value === undefined ? 'no-cookie' : undefined;
  if (chunks === 1) {
    const { value } = whole;
    return {
      value,
      absence,
      replace: (next, maxAge) => [cookie.set(next, maxAge)],
      remove: () => [cookie.clear()],
    };
  }

  const sent = namesOf(name, mostChunks).filter((one) => isSent(header, one));
  const clear = (names: Iterable<string>) => Array.from(names, (one) => cookie.clear(one));
  const joined = absence === 'no-cookie' ? joinChunks(header, name) : undefined;
  return {
    value: whole.value ?? joined,
    // Pieces that do not fit together are still a cookie of ours, for `invalidate()` to remove.
    absence:
      joined !== undefined
        ? undefined
        : absence === 'no-cookie' && sent.length > 0
          ? 'unknown-session'
          : absence,
    replace(value, maxAge) {
      const one = cookie.set(value, maxAge);
      const pieces = one.length > cookieLimit ? splitValue(cookie, value, maxAge) : undefined;
      const used = pieces ? pieces.map((_, index) => chunkName(name, index)) : [name];
      return [...(pieces ?? [one]), ...clear(sent.filter((old) => !used.includes(old)))];
    },
    // All there can be: a parallel response may have set more than this request has seen.
    remove: () => clear(new Set([...namesOf(name, chunks), ...sent])),
  };
}

function namesOf(name: string, chunks: number): string[] {
  return [name, ...Array.from({ length: chunks }, (_, index) => chunkName(name, index))];
}

const asItIs = (text: string) => text;

function isSent(header: string | null | undefined, name: string): boolean {
  const { value, ambiguous } = readCookie(header, name, asItIs);
  return value !== undefined || ambiguous;
}

/**
 * Puts the pieces together. The first one begins with how many there are, so that a piece which a parallel response left
 * behind is not taken for one of them.
 */
function joinChunks(header: string | null | undefined, name: string): string | undefined {
  const first = readCookie(header, chunkName(name, 0), asItIs).value;
  const [, count, begin = ''] = /^([2-8])\.(.*)$/.exec(first ?? '') ?? [];
  let text = begin;
  for (let index = 1; index < Number(count); index++) {
    const { value } = readCookie(header, chunkName(name, index), asItIs);
    if (value === undefined) return undefined;
    text += value;
  }
  return count === undefined ? undefined : parseCookie(`v=${text}`).v;
}

/** One `Set-Cookie` value per piece, none larger than browsers keep; `undefined` when there would be too many. */
function splitValue(cookie: SessionCookie, value: string, maxAge: number): string[] | undefined {
  const text = encodeCookieValue(value);
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    if (pieces.length === cookie.chunks) return undefined;
    const index = pieces.length;
    const room = cookieLimit - cookie.setChunk(index, index === 0 ? '0.' : '', maxAge).length;
    if (room < 1) return undefined;
    pieces.push(text.slice(at, at + room));
    at += room;
  }
  return pieces.map((piece, index) =>
    cookie.setChunk(index, index === 0 ? `${pieces.length}.${piece}` : piece, maxAge),
  );
}
