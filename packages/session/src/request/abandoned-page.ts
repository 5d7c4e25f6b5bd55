/** The names of a response's headers, and how to take one back. */
export interface RemovableHeaders {
  names(): Iterable<string>;
  remove(name: string): void;
}

/** What a page says of itself, how long to keep it, and what it does to the browser. */
const ofPages =
  /^(?:content-(?!security-policy)|(?:.+-)?cache-control$|(?:etag|last-modified|expires|age|location|refresh|accept-ranges|set-cookie|trailer|transfer-encoding)$)/i;

/** Takes back the headers of a page that is not sent, and leaves what other middleware says about every response. */
export function removePageHeaders(headers: RemovableHeaders): void {
  for (const name of [...headers.names()]) if (ofPages.test(name)) headers.remove(name);
}

/** Closes what a page that is not sent would have streamed. */
export function cancelStream(stream: ReadableStream | null | undefined): void {
  // One that somebody reads cannot be cancelled here.
  void stream?.cancel().catch(() => {});
}
