import { discardChanges } from '../request/attached-session.ts';

interface Layer {
  handleRequest?: LayerMethod;
  handle_request?: LayerMethod;
  handleError?: ErrorMethod;
  handle_error?: ErrorMethod;
}
interface Router {
  stack?: Layer[];
}
type Next = (error?: unknown) => void;
type LayerMethod = (request: object, response: object, next: Next) => unknown;
type ErrorMethod = (error: unknown, request: object, response: object, next: Next) => unknown;

const watched = new WeakSet<object>();

/**
 * Drops the changes of a failed handler, whatever status the error handlers choose: afterwards, a thrown 403 looks the same as one
 * that was sent deliberately. Express passes errors along inside its routers, so this hooks in where one layer passes an error to
 * the next; Express 4 and 5 differ only in the method's name.
 *
 * @param app The application that serves the request.
 */
export function watchErrors(app: unknown): void {
  const application = app as { router?: Router; _router?: Router } | undefined;
  // In Express 4, reading `router` throws; it has `_router` instead.
  const { stack } = application?._router ?? application?.router ?? {};
  const prototype = stack?.[0] && (Object.getPrototypeOf(stack[0]) as Layer & object);
  if (!prototype || watched.has(prototype)) return;
  watched.add(prototype);
  for (const name of ['handleRequest', 'handle_request'] as const) {
    const original = prototype[name];
    if (!original) continue;
    prototype[name] = function (this: Layer, request: object, response: object, next: Next) {
      return original.call(this, request, response, discarding(request, next));
    };
  }
  for (const name of ['handleError', 'handle_error'] as const) {
    const original = prototype[name];
    if (!original) continue;
    prototype[name] = function (this: Layer, error: unknown, request: object, response: object, next: Next) {
      return original.call(this, error, request, response, discarding(request, next, error));
    };
  }
}

/** @param known The error that an error handler was called with: passing it on is not a new failure. */
function discarding(request: object, next: Next, known?: unknown): Next {
  return (error) => {
    // 'route' and 'router' skip handlers and are not errors.
    if (error && error !== known && error !== 'route' && error !== 'router') discardChanges(request);
    next(error);
  };
}
