import { type SessionContent, StoreError } from '@store/core';
import type { OutgoingCookie } from './outgoing-cookie.ts';

/** The size of a `Set-Cookie` that every browser keeps: name, value and attributes together (RFC 6265 §6.1). */
export const cookieLimit = 4096;

/**
 * Rejects a `Set-Cookie` that browsers would silently drop.
 *
 * @throws {StoreError} `TOO_LARGE` with the size, the limit and the largest keys; sizes and names only.
 */
export function assertCookieFits(setCookie: string, content: SessionContent, chunks: number): void {
  // In UTF-8, a UTF-16 code unit takes at most three bytes.
  if (setCookie.length * 3 <= cookieLimit) return;
  const size = byteLength(setCookie);
  if (size <= cookieLimit) return;
  const limit =
    chunks === 1 ? `${cookieLimit}` : `${cookieLimit} in each of the ${chunks} it may be split across`;
  const ways = `Store less, keep sessions on the server${chunks === 1 ? ', or let the cookie be split (cookie.chunks)' : ''}.`;
  throw tooLarge(
    `The session cookie is ${size} bytes with its attributes; browsers keep ${limit}. ${ways}`,
    content,
  );
}

/**
 * Rejects cookies that servers would not accept back: a request whose headers are too large gets a 431, even if it is a logout.
 *
 * @throws {StoreError} `TOO_LARGE`, as above.
 */
export function assertSumFits(
  cookies: readonly OutgoingCookie[],
  most: number,
  content: SessionContent,
): void {
  // Counted as the browser sends them: `name=value`, separated by `; `.
  const size = cookies.reduce((sum, { name, value }) => sum + byteLength(name) + byteLength(value) + 3, 0);
  if (size <= most) return;
  throw tooLarge(
    `The session's cookies are ${size} bytes in total; at most ${most} are allowed (cookie.maxHeaderSize). ` +
      'Store less, or keep sessions on the server.',
    content,
  );
}

function tooLarge(text: string, content: SessionContent): StoreError {
  return new StoreError('TOO_LARGE', `[@store/session] ${text} Largest: ${largest(content)}.`);
}

function largest({ data, flash }: SessionContent): string {
  const sizes = Object.entries({ data, flash }).flatMap(([part, values]) =>
    Object.entries(values).map(([key, value]) => ({
      name: `${part}.${key.slice(0, 50)}`,
      bytes: byteLength(JSON.stringify(value)),
    })),
  );
  return sizes
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 3)
    .map(({ name, bytes }) => `${name} (${bytes} bytes of JSON)`)
    .join(', ');
}

const utf8 = new TextEncoder();

function byteLength(text: string): number {
  return utf8.encode(text).length;
}
