import { isPromise } from '../request/store-calls.ts';
import { type HeaderCarrier, NodeHeaders } from './response-headers.ts';
import type { ResponseHooks } from './response-hooks.ts';

type AnyFunction = (...args: unknown[]) => unknown;

/** The parts of a response that an object resembling one may have. */
interface PartialResponse extends HeaderCarrier {
  statusCode?: unknown;
  writeHead?: AnyFunction;
  end?: AnyFunction;
}

/**
 * Supports, as far as possible, an object that only resembles a response: engine.io's for a WebSocket, or `{}` on an upgrade. The
 * session is written on its first `writeHead` or `end`, which never wait; the cookie is sent if the store is synchronous and the
 * object accepts headers.
 */
export function servePartialResponse<T>(response: object, hooks: ResponseHooks<T>): void {
  const target = response as PartialResponse;
  let hasBegun = false;
  function begin(status: unknown): void {
    if (hasBegun) return;
    hasBegun = true;
    try {
      const result = hooks.commit({
        status: typeof status === 'number' ? status : 200,
        headers: new NodeHeaders(target),
        takesHeaders: typeof target.setHeader === 'function',
      });
      if (isPromise(result)) result.then(undefined, ignore);
      else hooks.apply(result, new NodeHeaders(target));
    } catch {
      // The failure has been reported as an event, and no error response can be sent.
    }
  }
  for (const method of ['writeHead', 'end'] as const) {
    const original = target[method];
    if (typeof original !== 'function') continue;
    const replacement = function (this: unknown, ...args: unknown[]): unknown {
      begin(method === 'writeHead' && args.length > 0 ? args[0] : target.statusCode);
      const result = original.apply(this, args);
      if (method === 'end') hooks.onClose?.();
      return result;
    };
    try {
      target[method] = replacement;
    } catch {
      // A frozen object stays as it is.
    }
  }
}

function ignore(): void {}
