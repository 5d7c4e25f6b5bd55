import { StoreError } from '@store/core';

/** The error for a session that `lazy` has not loaded. */
export function notAskedFor(): StoreError {
  return unsupported(
    'The session has not been loaded: with `lazy`, a handler has to request it. Write const session = await getSession(request).',
  );
}

/**
 * Makes assignments to a session throw, because an assigned value would be lost silently. The proxy is at the end of the prototype
 * chain, so that known names cost nothing.
 */
export function refuseAssignment(prototype: object): void {
  Object.setPrototypeOf(
    prototype,
    new Proxy(Object.prototype, {
      set(_target, name) {
        throw noProperty(String(name));
      },
    }),
  );
  // The former name of `setLifetime`. Defined here, so that editors do not suggest it.
  Object.defineProperty(prototype, 'setIdleTimeout', { value: noIdleTimeout });
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (typeof property.value === 'function') {
      if (name !== 'constructor') Object.freeze(property.value);
      Object.defineProperty(prototype, name, { writable: false });
    } else if (property.get && !property.set) {
      Object.defineProperty(prototype, name, {
        set() {
          throw noProperty(name);
        },
      });
    }
  }
}

/** The error for an assignment to a session. */
export function noProperty(name: string): StoreError {
  return unsupported(
    `session.${name} cannot be assigned: it would not be stored. Write session.set('${name}', …).`,
  );
}

/** @throws {StoreError} `UNSUPPORTED` for a callback like those of express-session's methods: it would never be called. */
export function refuseCallback(method: string, given: readonly unknown[]): void {
  if (!given.some((argument) => typeof argument === 'function')) return;
  throw unsupported(
    `session.${method}() takes no callback. ` +
      (method === 'save' || method === 'reload'
        ? `Write await session.${method}().`
        : 'Call it and continue: it takes effect when the response is sent.'),
  );
}

/** The error for `destroy`, which exists in other libraries. */
export function noDestroy(): StoreError {
  return unsupported('session.destroy() does not exist. Call session.invalidate().');
}

function noIdleTimeout(): never {
  throw unsupported('session.setIdleTimeout() does not exist. Call session.setLifetime({ idleTimeout }).');
}

/** The error for an operation that this session or request does not support. @param text What failed, and what to do instead */
export function unsupported(text: string): StoreError {
  return new StoreError('UNSUPPORTED', `[@store/session] ${text}`);
}
