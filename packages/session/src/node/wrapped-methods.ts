import { type Held, type HeldServerResponse, held, type OrderedMethod } from './held-view.ts';
import type { SendingMethod } from './waiting-calls.ts';

/** What the methods installed on a response report to the object that holds it. */
export interface WrappedState extends Held {
  /** A call by the handler, or by middleware around it. */
  call(method: SendingMethod, args: unknown[]): unknown;
  /** A call on the response itself after a failure. */
  callAfterFailure(method: SendingMethod, args: unknown[]): unknown;
  addSource(source: object): void;
  close(): void;
}

type AnyFunction = (...args: unknown[]) => unknown;

/** A response's original methods, which other middleware may already have replaced. */
export type OriginalMethods = {
  readonly [Method in SendingMethod | OrderedMethod | 'destroy']: AnyFunction | undefined;
};

/** Replaces the methods that send a response with ones that check its state first. @returns the original methods */
export function wrapMethods(response: HeldServerResponse): OriginalMethods {
  const { writeHead, flushHeaders, write, end, cork, uncork, addTrailers, destroy } = response;
  Object.assign(response, wrappers);
  const original = { writeHead, flushHeaders, write, end, cork, uncork, addTrailers, destroy };
  return original as { [Method in keyof OriginalMethods]: AnyFunction };
}

/** The same for the error response, which bypasses wrappers by other middleware. */
export function wrapMethodsAfterFailure(response: HeldServerResponse): void {
  Object.assign(response, wrappersAfterFailure);
}

// One function per method for all responses: it finds a response's state through the symbol.
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
