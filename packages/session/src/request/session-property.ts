import { notAskedFor } from '../session/strict-session.ts';
import type { SessionSlot } from './attached-session.ts';

/** Makes a session the property `session` of a framework's request or context. With `lazy` it can be read once a handler has asked for it. */
export function setSessionProperty(target: object, slot: SessionSlot): void {
  if (slot.isLoaded) {
    setValue(target, slot.session);
    return;
  }
  // Not enumerable: a copy of the request must not throw.
  Object.defineProperty(target, 'session', {
    configurable: true,
    get() {
      if (!slot.isLoaded) throw notAskedFor();
      return slot.session;
    },
    set: (value) => setValue(target, value),
  });
}

function setValue(target: object, value: unknown): void {
  Object.defineProperty(target, 'session', { configurable: true, enumerable: true, writable: true, value });
}
