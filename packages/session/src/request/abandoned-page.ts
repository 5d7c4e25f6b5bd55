/** The names of a response's headers, and how to remove one. */
export interface RemovableHeaders {
  names(): Iterable<string>;
  remove(name: string): void;
}

/** Headers that describe the page, say how long to cache it, or act on the browser. */
const ofPages =
  /^(?:content-(?!security-policy)|(?:.+-)?cache-control$|(?:etag|last-modified|expires|age|location|refresh|accept-ranges|set-cookie|trailer|transfer-encoding)$)/i;

/** Removes the headers of a page that is not sent, and keeps those that other middleware sets on every response. */
export function removePageHeaders(headers: RemovableHeaders): void {
  for (const name of [...headers.names()]) if (ofPages.test(name)) headers.remove(name);
}

/** Cancels the body stream of a page that is not sent. */
export function cancelStream(stream: ReadableStream | null | undefined): void {
  // A locked stream cannot be canceled here: its reader owns it.
  void stream?.cancel().catch(() => {});
}
