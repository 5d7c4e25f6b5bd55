import { type SessionContent, StoreError } from '@store/core';

/** What every browser keeps of one `Set-Cookie`: name, value and attributes together (RFC 6265 §6.1). */
export const cookieLimit = 4096;

/**
 * Refuses a `Set-Cookie` that browsers would drop without a word.
 *
 * @param setCookie As it would be in one piece, if it could not be split.
 * @throws {StoreError} `TOO_LARGE` with the size, the limit and the largest keys; sizes and names only.
 */
export function assertCookieFits(setCookie: string, content: SessionContent, chunks: number): void {
  // No character takes more than three bytes.
  if (setCookie.length * 3 <= cookieLimit) return;
  const size = new TextEncoder().encode(setCookie).length;
  if (size <= cookieLimit) return;
  const limit =
    chunks === 1 ? `${cookieLimit}` : `${cookieLimit} in each of the ${chunks} it may be split over`;
  const ways = `Store less, keep sessions on the server${chunks === 1 ? ', or let the cookie be split (cookie.chunks)' : ''}.`;
  throw new StoreError(
    'TOO_LARGE',
    `[@store/session] The session cookie is ${size} bytes with its attributes; browsers keep ${limit}. ` +
      `Largest: ${largest(content)}. ${ways}`,
  );
}

function largest({ data, flash }: SessionContent): string {
  const sizes = Object.entries({ data, flash }).flatMap(([part, values]) =>
    Object.entries(values).map(([key, value]) => ({
      name: `${part}.${key.slice(0, 50)}`,
      bytes: new TextEncoder().encode(JSON.stringify(value)).length,
    })),
  );
  return sizes
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 3)
    .map(({ name, bytes }) => `${name} (${bytes} bytes of JSON)`)
    .join(', ');
}
