import type { ServerResponse } from 'node:http';
import type { Call, SendingMethod } from './waiting-calls.ts';

/** What is piped into a response. */
export interface Source {
  unpipe?(from: unknown): void;
  destroy?(): void;
}

/** The page that a failure has dropped, whose handler may not know yet. */
export class DroppedPage {
  readonly #response: ServerResponse;
  readonly #sources: ReadonlySet<Source>;
  /** Whether its handler may still write to the response. */
  #isWriting: boolean;
  /** The response's head when the error handlers had been called. */
  #head: string | undefined;

  /** @param calls Those that were dropped. */
  constructor(response: ServerResponse, calls: readonly Call[], sources: ReadonlySet<Source> = new Set()) {
    this.#response = response;
    this.#sources = sources;
    this.#isWriting = sources.size === 0 && !calls.some(({ method }) => method === 'end');
    for (const source of sources) source.unpipe?.(response);
  }

  /** Nobody reads on, so what the sources hold open, such as a file, has to be closed. */
  closeSources(): void {
    for (const source of this.#sources) source.destroy?.();
  }

  /** Called when something is piped into the response. An error handler that does so has begun to respond. */
  notePipe(): void {
    if (this.#head === undefined) this.#isWriting = false;
  }

  /** Called when the error handlers have been: what they have not sent by now, they send later. */
  awaitErrorResponse(): void {
    if (this.#isWriting) this.#head = this.#headOfNow();
  }

  /**
   * Whether a call is one of the page's handler, which writes on while an error handler waits for something. The error response
   * begins with a head of its own, and the rest of a page never has one.
   */
  isLeftover(method: SendingMethod): boolean {
    if (this.#head === undefined) return false;
    const isErrorResponse = method === 'writeHead' || this.#headOfNow() !== this.#head;
    if (isErrorResponse || method === 'end') this.#head = undefined;
    return !isErrorResponse;
  }

  #headOfNow(): string {
    return JSON.stringify([this.#response.statusCode, this.#response.getHeaders()]);
  }
}
