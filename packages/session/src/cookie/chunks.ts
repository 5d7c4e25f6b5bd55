import { mostChunks } from './cookie-options.ts';
import { cookieLimit } from './cookie-size.ts';
import { encodeCookieValue, type OutgoingCookie, serializeCookie } from './outgoing-cookie.ts';
import { readCookie } from './read-cookie.ts';

/** The names of a split cookie's pieces. */
export function chunkNames(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}.${index}`);
}

/**
 * Joins the pieces of a split cookie. The first piece starts with the number of pieces, so that a piece left behind by a parallel
 * response is not mistaken for part of the value.
 *
 * @returns the value, if complete; the names that were received; and whether any of them was sent twice
 */
export function joinChunks(
  header: string | null | undefined,
  name: string,
): { value: string | undefined; names: string[]; isDoubled: boolean } {
  const pieces = chunkNames(name, mostChunks).map((one) => ({ name: one, values: readCookie(header, one) }));
  const names = pieces.filter(({ values }) => values.length > 0).map((piece) => piece.name);
  // With duplicates, it is unknown which piece belongs to the set.
  const isDoubled = pieces.some(({ values }) => values.length > 1);
  const only = (index: number) => (pieces[index]?.values.length === 1 ? pieces[index]?.values[0] : undefined);
  const [, count, begin = ''] = /^([2-8])\.(.*)$/.exec(only(0) ?? '') ?? [];
  if (count === undefined) return { value: undefined, names, isDoubled };
  let value = begin;
  for (let index = 1; index < Number(count); index++) {
    const piece = only(index);
    if (piece === undefined) return { value: undefined, names, isDoubled };
    value += piece;
  }
  return { value, names, isDoubled };
}

/** The cookie, split into pieces that browsers keep; `undefined` when one cookie is enough, or too many would be needed. */
export function splitValue(whole: OutgoingCookie, most: number): OutgoingCookie[] | undefined {
  if (serializeCookie(whole).length <= cookieLimit) return undefined;
  const text = encodeCookieValue(whole.value);
  // A percent-encoded value could be cut inside an escape sequence; a seal needs no encoding.
  if (text !== whole.value) return undefined;
  const pieces: string[] = [];
  const make = (index: number, value: string): OutgoingCookie => ({
    ...whole,
    name: `${whole.name}.${index}`,
    value,
  });
  for (let at = 0; at < text.length; ) {
    if (pieces.length === most) return undefined;
    const index = pieces.length;
    const room = cookieLimit - serializeCookie(make(index, index === 0 ? '0.' : '')).length;
    if (room < 1) return undefined;
    pieces.push(text.slice(at, at + room));
    at += room;
  }
  return pieces.map((piece, index) => make(index, index === 0 ? `${pieces.length}.${piece}` : piece));
}
