import type { ServerResponse } from 'node:http';
import { removePageHeaders } from '../request/abandoned-page.ts';
import type { ResponseHeaders } from '../request/cache-headers.ts';

/** An object with some or all of the header methods. */
export interface HeaderCarrier {
  getHeader?(name: string): unknown;
  setHeader?(name: string, value: unknown): unknown;
  appendHeader?(name: string, value: unknown): unknown;
}

/** The headers of a full or partial response. `Set-Cookie` is kept as a list, as code that reads a response expects. */
export class NodeHeaders implements ResponseHeaders {
  readonly #response: HeaderCarrier;

  constructor(response: HeaderCarrier) {
    this.#response = response;
  }

  get(name: string): string | undefined {
    const value = this.#response.getHeader?.(name);
    return value === undefined || value === null ? undefined : String(value);
  }

  getSetCookie(): readonly string[] {
    const value = this.#response.getHeader?.('Set-Cookie');
    return value === undefined || value === null ? [] : [value].flat().map(String);
  }

  replaceSetCookie(lines: readonly string[]): void {
    this.#response.setHeader?.('Set-Cookie', [...lines]);
  }

  set(name: string, value: string): void {
    this.#response.setHeader?.(name, value);
  }

  append(name: string, value: string): void {
    const response = this.#response;
    const before = response.getHeader?.(name);
    if (name === 'Set-Cookie') response.setHeader?.(name, [before ?? [], value].flat());
    else if (before === undefined || before === null) response.setHeader?.(name, value);
    else if (response.appendHeader) response.appendHeader(name, value);
    else response.setHeader?.(name, [before, value].flat());
  }
}

/** Resets the status and headers of a page that is not sent. */
export function clearHead(response: ServerResponse, isHttp2: boolean): void {
  removePageHeaders({
    names: () => response.getHeaderNames?.() ?? [],
    remove: (name) => response.removeHeader(name),
  });
  response.statusCode = 500;
  if (!isHttp2) response.statusMessage = '';
}
