import type { Session } from '../session/session.ts';
import { notAskedFor, unsupported } from '../session/strict-session.ts';
import { getSession, type SessionSlot } from './attached-session.ts';

const slotKey: unique symbol = Symbol('session slot');
type Carrier = { [slotKey]?: SessionSlot };

/** Has a framework's request or context read its property `session` from a slot. */
export function setSlot(target: object, slot: SessionSlot): void {
  Object.defineProperty(target, slotKey, { value: slot, configurable: true });
}

/** The property `session` of a framework's request or context, or of its prototype. */
export const sessionProperty = {
  configurable: true,
  enumerable: true,
  /** @throws {StoreError} `UNSUPPORTED` where there is none, or `lazy` has not loaded it */
  get(this: object): Session {
    const slot = (this as Carrier)[slotKey];
    // Without one this throws, and says why there is no session.
    if (!slot) return getSession(this) as unknown as Session;
    if (!slot.isLoaded) throw notAskedFor();
    return slot.session as Session;
  },
  /** @throws {StoreError} `UNSUPPORTED`: elsewhere that is how to sign out, and here nothing would happen */
  set(): never {
    throw unsupported(
      'The session cannot be assigned. To sign out, call session.invalidate(); to keep a value, session.set(key, value).',
    );
  },
};

/** With `lazy`: a copy of the request must not throw. */
const hiddenProperty = { ...sessionProperty, enumerable: false };

/** Gives one request or context the property. */
export function setSessionProperty(target: object, slot: SessionSlot): void {
  setSlot(target, slot);
  Object.defineProperty(target, 'session', slot.isLoaded ? sessionProperty : hiddenProperty);
}
