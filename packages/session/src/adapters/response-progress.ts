import type { ServerResponse } from 'node:http';
import type { Call } from './response-call.ts';

/** Where a response keeps the calls that wait. */
const waitingCalls = Symbol('waiting calls');

/** Lets `headersSent` and `writableEnded` say what the handler did, not how far it got. @param waiting The calls held back, if any. */
export function reportProgress(response: ServerResponse, waiting: () => readonly Call[] | undefined): void {
  Object.defineProperties(response, { ...progress, [waitingCalls]: { configurable: true, value: waiting } });
}

// The same getters for every response: see docs/decisions/004.
const progress: PropertyDescriptorMap & ThisType<{ [waitingCalls]: () => readonly Call[] | undefined }> = {
  headersSent: {
    configurable: true,
    get() {
      return this[waitingCalls]() !== undefined || ofPrototype(this, 'headersSent');
    },
  },
  writableEnded: {
    configurable: true,
    get() {
      return (
        this[waitingCalls]()?.some(({ method }) => method === 'end') || ofPrototype(this, 'writableEnded')
      );
    },
  },
};

function ofPrototype(response: object, name: string): unknown {
  return Reflect.get(Object.getPrototypeOf(response), name, response);
}
