import type { ServerResponse } from 'node:http';
import type { Call, SendingMethod } from './waiting-calls.ts';

/** A stream that is piped into a response. */
export interface Source {
  unpipe?(from: unknown): void;
  destroy?(): void;
}

/** A page that was dropped because of a failure, and whose handler may still be writing. */
export class DroppedPage {
  readonly #response: ServerResponse;
  readonly #sources: ReadonlySet<Source>;
  /** Whether the page's handler may still write to the response. */
  #isWriting: boolean;
  /** The response's status and headers right after the error handlers were called. */
  #head: string | undefined;

  /** @param calls The dropped calls. */
  constructor(response: ServerResponse, calls: readonly Call[], sources: ReadonlySet<Source> = new Set()) {
    this.#response = response;
    this.#sources = sources;
    this.#isWriting = sources.size === 0 && !calls.some(({ method }) => method === 'end');
    for (const source of sources) source.unpipe?.(response);
  }

  /** Nothing reads from the sources any more, so whatever they hold open, such as a file, has to be closed. */
  closeSources(): void {
    for (const source of this.#sources) source.destroy?.();
  }

  /** Called when a stream is piped into the response: if an error handler does this, it has started to respond. */
  notePipe(): void {
    if (this.#head === undefined) this.#isWriting = false;
  }

  /** Called after the error handlers: if they have not responded by now, they will respond later. */
  awaitErrorResponse(): void {
    if (this.#isWriting) this.#head = this.#headOfNow();
  }

  /**
   * Whether a call comes from the dropped page's handler, which keeps writing while an error handler waits for something. The error
   * response starts with a new head; the rest of a page never does.
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
