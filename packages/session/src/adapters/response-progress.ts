import { type AnyFunction, type Call, headersSent, type Response, setters } from './response-calls.ts';

/** Shows a response as one that has left, while it waits. */
export function showProgress(
  response: Response,
  waiting: () => readonly Call[],
  isEditing: () => boolean,
): void {
  const isEnded = () => waiting().some(({ method }) => method === 'end');
  const own: PropertyDescriptorMap = {
    headersSent: { configurable: true, get: () => true },
    writableEnded: { configurable: true, get: isEnded },
  };
  if (Object.hasOwn(response, 'finished')) own.finished = { configurable: true, get: isEnded };
  for (const name of setters) {
    if (typeof response[name] !== 'function') continue;
    const original = response[name] as unknown as AnyFunction;
    own[name] = {
      configurable: true,
      writable: true,
      value: (...args: unknown[]) => {
        if (isEditing()) return original.apply(response, args);
        throw headersSent(response, name.replace(/Headers?$/, ''));
      },
    };
    before.set(own[name].value, Object.getOwnPropertyDescriptor(response, name));
  }
  Object.defineProperties(response, own);
}

/** What a setter was before it was made to throw, if the response had one of its own. */
const before = new WeakMap<object, PropertyDescriptor | undefined>();

/** Lets Node's own state be seen again. */
export function hideProgress(response: Response): void {
  const mutable = response as unknown as { [name: string]: unknown };
  delete mutable.headersSent;
  delete mutable.writableEnded;
  if (Object.hasOwn(response, 'finished'))
    Object.defineProperty(response, 'finished', {
      value: false,
      writable: true,
      configurable: true,
      enumerable: true,
    });
  for (const name of setters) {
    const now = Object.getOwnPropertyDescriptor(response, name)?.value as object | undefined;
    if (!now || !before.has(now)) continue;
    const earlier = before.get(now);
    if (earlier) Object.defineProperty(response, name, earlier);
    else delete mutable[name];
  }
}
