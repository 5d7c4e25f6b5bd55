import { parseCookie } from 'cookie';

/**
 * The value of one cookie in a `Cookie` header; `undefined` when it is missing or empty.
 *
 * `'ambiguous'` when it is there twice with different values. A page on a sibling host or another path can plant a second
 * one and the header does not tell them apart, so neither is believed (RFC 6265 §8.6).
 *
 * @param decode Default: percent-decoding.
 */
export function readCookie(
  header: string | null | undefined,
  name: string,
  decode?: (value: string) => string,
): { value: string | undefined; ambiguous: boolean } {
  if (!header?.includes(name)) return { value: undefined, ambiguous: false };
  let found: string | undefined;
  for (const pair of header.split(';')) {
    if (!pair.includes(name)) continue;
    const value = parseCookie(pair, decode && { decode })[name];
    if (!value || value === found) continue;
    if (found !== undefined) return { value: undefined, ambiguous: true };
    found = value;
  }
  return { value: found, ambiguous: false };
}
