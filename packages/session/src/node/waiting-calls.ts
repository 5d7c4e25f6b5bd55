import type { HeldServerResponse, OrderedMethod } from './held-view.ts';

/** The methods that send a response. */
export type SendingMethod = 'writeHead' | 'flushHeaders' | 'write' | 'end';

/** A call by the handler, to be made now or later. */
export interface Call {
  method: SendingMethod | OrderedMethod;
  args: unknown[];
}

/** The queued calls of a held response, and whether its buffer has room for more. */
export class WaitingCalls {
  /** Whether any `write` returned `false`, so that `drain` has to follow. */
  isDrainDue = false;
  readonly #highWaterMark: number;
  #calls: Call[] = [];
  #bytes = 0;

  constructor({ stream, writableHighWaterMark }: HeldServerResponse) {
    this.#highWaterMark = writableHighWaterMark ?? stream?.writableHighWaterMark ?? 16_384;
  }

  get hasEnd(): boolean {
    return this.#calls.some(({ method }) => method === 'end');
  }

  add(call: Call): void {
    this.#calls.push(call);
  }

  /** Adds a `write`. @returns whether the buffer has room for more, up to the high-water mark that Node uses */
  addWrite(call: Call): boolean {
    const [chunk, encoding] = call.args;
    this.#bytes +=
      typeof chunk === 'string'
        ? Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : undefined)
        : (chunk as Uint8Array).length;
    this.#calls.push(call);
    if (this.#bytes < this.#highWaterMark) return true;
    this.isDrainDue = true;
    return false;
  }

  first(): Call | undefined {
    return this.#calls[0];
  }

  /** Removes the first call. */
  shift(): Call | undefined {
    return this.#calls.shift();
  }

  /** Removes and returns all calls. */
  takeAll(): Call[] {
    const calls = this.#calls;
    if (calls.length > 0) this.#calls = [];
    this.#bytes = 0;
    return calls;
  }
}
