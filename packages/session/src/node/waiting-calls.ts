import type { HeldServerResponse, OrderedMethod } from './held-view.ts';

/** The methods by which a response leaves. */
export type SendingMethod = 'writeHead' | 'flushHeaders' | 'write' | 'end';

/** A call of the handler, to be made now or later. */
export interface Call {
  method: SendingMethod | OrderedMethod;
  args: unknown[];
}

/** The calls of a held response, in their order, and whether there is room for more. */
export class WaitingCalls {
  /** Whether some `write` was told that there is no room, so that `drain` has to follow. */
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

  /** Adds a `write`. @returns whether there is room for more, by the measure that Node has for a socket */
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

  /** Removes the first one. */
  shift(): Call | undefined {
    return this.#calls.shift();
  }

  /** Removes and returns them all. */
  takeAll(): Call[] {
    const calls = this.#calls;
    if (calls.length > 0) this.#calls = [];
    this.#bytes = 0;
    return calls;
  }
}
