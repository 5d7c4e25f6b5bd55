import { StoreError } from '@store/core';

/** The error for a session that `lazy` has not loaded. */
export function notAskedFor(): StoreError {
  return unsupported(
    'The session has not been loaded: with `lazy` a handler has to ask for it. Write const session = await getSession(request).',
  );
}

/**
 * Makes an assignment to a session throw: what is assigned would be lost without a word. At the end of the prototype chain, so
 * that known names cost nothing.
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
  // The name before `setLifetime`. Defined here, so that no editor offers it.
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

/** The error for an assignment to a session, which would be lost without a word. */
export function noProperty(name: string): StoreError {
  return unsupported(
    `session.${name} cannot be assigned: it would not be stored. Write session.set('${name}', …).`,
  );
}

/** @throws {StoreError} `UNSUPPORTED` for a callback, as express-session's methods take: it would never be called. */
export function refuseCallback(method: string, given: readonly unknown[]): void {
  if (!given.some((argument) => typeof argument === 'function')) return;
  throw unsupported(
    `session.${method}() takes no callback. ` +
      (method === 'save' || method === 'reload'
        ? `Write await session.${method}().`
        : 'Call it and continue: it is done when the response leaves.'),
  );
}

/** The error for `destroy`, familiar from other libraries. */
export function noDestroy(): StoreError {
  return unsupported('There is no session.destroy(). Call session.invalidate().');
}

function noIdleTimeout(): never {
  throw unsupported('There is no session.setIdleTimeout(). Call session.setLifetime({ idleTimeout }).');
}

/** The error for what cannot be done with this session or request. @param text What, and what to do instead */
export function unsupported(text: string): StoreError {
  return new StoreError('UNSUPPORTED', `[@store/session] ${text}`);
}
