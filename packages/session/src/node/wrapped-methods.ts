import { type Held, type HeldServerResponse, held, type OrderedMethod } from './held-view.ts';
import type { SendingMethod } from './waiting-calls.ts';

/** What the methods that are put on a response tell the one who holds it. */
export interface WrappedState extends Held {
  /** A call of the handler, or of middleware around it. */
  call(method: SendingMethod, args: unknown[]): unknown;
  /** A call on the response itself after a failure. */
  callAfterFailure(method: SendingMethod, args: unknown[]): unknown;
  addSource(source: object): void;
  close(): void;
}

type AnyFunction = (...args: unknown[]) => unknown;

/** The methods of a response as they were: other middleware may have replaced them before. */
export type OriginalMethods = {
  readonly [Method in SendingMethod | OrderedMethod | 'destroy']: AnyFunction | undefined;
};

/** Puts functions that ask the response's state in the place of those by which it leaves. @returns its methods as they were */
export function wrapMethods(response: HeldServerResponse): OriginalMethods {
  const { writeHead, flushHeaders, write, end, cork, uncork, addTrailers, destroy } = response;
  Object.assign(response, wrappers);
  const original = { writeHead, flushHeaders, write, end, cork, uncork, addTrailers, destroy };
  return original as { [Method in keyof OriginalMethods]: AnyFunction };
}

/** The same for the error response, which goes past all that was put on top. */
export function wrapMethodsAfterFailure(response: HeldServerResponse): void {
  Object.assign(response, wrappersAfterFailure);
}

// One function for each method, whatever the number of responses: they find their response's state by its symbol.
const wrappers = makeWrappers((state, method, args) => state.call(method, args));
const wrappersAfterFailure = makeWrappers((state, method, args) => state.callAfterFailure(method, args));

type Wrapper = (this: HeldServerResponse, ...args: unknown[]) => unknown;

function makeWrappers(
  call: (state: WrappedState, method: SendingMethod, args: unknown[]) => unknown,
): Record<SendingMethod, Wrapper> {
  const wrap = (method: SendingMethod): Wrapper =>
    function (...args) {
      return call(this[held] as WrappedState, method, args);
    };
  return {
    writeHead: wrap('writeHead'),
    flushHeaders: wrap('flushHeaders'),
    write: wrap('write'),
    end: wrap('end'),
  };
}

export function onClose(this: HeldServerResponse): void {
  (this[held] as WrappedState).close();
}

export function onPipe(this: HeldServerResponse, source: object): void {
  (this[held] as WrappedState).addSource(source);
}
