import { isPromise } from '../request/store-calls.ts';
import { type HeaderCarrier, NodeHeaders } from './response-headers.ts';
import type { ResponseHooks } from './response-hooks.ts';

type AnyFunction = (...args: unknown[]) => unknown;

/** As much of a response as an object may have that only looks like one. */
interface PartialResponse extends HeaderCarrier {
  statusCode?: unknown;
  writeHead?: AnyFunction;
  end?: AnyFunction;
}

/**
 * Serves an object that only looks like a response, as far as it goes: engine.io's for a WebSocket, or `{}` on an upgrade. The
 * session is written at its first `writeHead` or `end`, which never wait; its cookie is sent if the store is synchronous and the
 * object takes headers.
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
      // The failure has been reported as an event, and there is no error response to send in its place.
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
      // It is frozen, so it stays as it is.
    }
  }
}

function ignore(): void {}
