/**
 * The distinct values of one cookie in a `Cookie` header, in the order sent. Usually one; a page on a sibling host or another path
 * can plant a second one, and the header does not tell them apart (RFC 6265 §8.6).
 *
 * Searches for the name instead of parsing all pairs, because headers may be long. A look-alike counts as another name: one that
 * is percent-encoded, quoted, or preceded by a space that is not ASCII.
 */
export function readCookie(header: string | null | undefined, name: string): string[] {
  if (!header) return [];
  // A set, because a header can hold ten thousand different values, and comparing each with all earlier ones would be slow.
  const values = new Set<string>();
  const wanted = `${name}=`;
  for (let at = header.indexOf(wanted); at >= 0; at = header.indexOf(wanted, at + 1)) {
    if (!beginsPair(header, at)) continue;
    const from = at + wanted.length;
    const end = header.indexOf(';', from);
    const value = decode(trim(header.slice(from, end < 0 ? undefined : end)));
    if (value !== '') values.add(value);
  }
  return [...values];
}

/** Whether a pair starts here: at the start or after a semicolon, ignoring spaces and tabs. */
function beginsPair(header: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && isSpace(header.charCodeAt(before))) before--;
  return before < 0 || header.charCodeAt(before) === 0x3b;
}

function trim(value: string): string {
  let from = 0;
  let to = value.length;
  while (from < to && isSpace(value.charCodeAt(from))) from++;
  while (to > from && isSpace(value.charCodeAt(to - 1))) to--;
  if (to - from > 1 && value[from] === '"' && value[to - 1] === '"') {
    from++;
    to--;
  }
  return value.slice(from, to);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function decode(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
