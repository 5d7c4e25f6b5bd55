import { type Held, type HeldServerResponse, held } from './held-view.ts';
import { type SendingMethod, sendingMethods } from './waiting-calls.ts';

/** What the methods that are put on a response tell the one who holds it. */
export interface WrappedState extends Held {
  /** A call of the handler, or of middleware around it. */
  call(method: SendingMethod, args: unknown[]): unknown;
  /** A call on the response itself after a failure. */
  callAfterFailure(method: SendingMethod, args: unknown[]): unknown;
  addSource(source: object): void;
  close(): void;
}

// One function for each method, whatever the number of responses: they find their response's state by its symbol.
export const wrappers = makeWrappers((state, method, args) => state.call(method, args));
export const wrappersAfterFailure = makeWrappers((state, method, args) =>
  state.callAfterFailure(method, args),
);

function makeWrappers(call: (state: WrappedState, method: SendingMethod, args: unknown[]) => unknown) {
  return Object.fromEntries(
    sendingMethods.map((method) => [
      method,
      function (this: HeldServerResponse, ...args: unknown[]): unknown {
        return call(this[held] as WrappedState, method, args);
      },
    ]),
  );
}

export function onClose(this: HeldServerResponse): void {
  (this[held] as WrappedState).close();
}

export function onPipe(this: HeldServerResponse, source: object): void {
  (this[held] as WrappedState).addSource(source);
}
