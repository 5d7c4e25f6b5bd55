import type { Session } from '../session/session.ts';
import { notAskedFor, unsupported } from '../session/strict-session.ts';
import { getSession, type SessionSlot } from './attached-session.ts';

const slotKey: unique symbol = Symbol('session slot');
type Carrier = { [slotKey]?: SessionSlot };

/** Sets the slot from which a framework's request or context reads its `session` property. */
export function setSlot(target: object, slot: SessionSlot): void {
  Object.defineProperty(target, slotKey, { value: slot, configurable: true });
}

/** The `session` property of a framework's request or context, or of its prototype. */
export const sessionProperty = {
  configurable: true,
  enumerable: true,
  /** @throws {StoreError} `UNSUPPORTED` when the request has no session, or `lazy` has not loaded it */
  get(this: object): Session {
    const slot = (this as Carrier)[slotKey];
    // Without a slot, this throws an error that says why the request has no session.
    if (!slot) return getSession(this) as unknown as Session;
    if (!slot.isLoaded) throw notAskedFor();
    return slot.session as Session;
  },
  /** @throws {StoreError} `UNSUPPORTED`: in other libraries this signs out, but here it would do nothing */
  set(): never {
    throw unsupported(
      'The session cannot be assigned. To sign out, call session.invalidate(); to store a value, call session.set(key, value).',
    );
  },
};

/** For a session that `lazy` has not loaded: copying the request must not call the getter, which throws. */
const hiddenProperty = { ...sessionProperty, enumerable: false };

/** Defines the property on one request or context. */
export function setSessionProperty(target: object, slot: SessionSlot): void {
  setSlot(target, slot);
  Object.defineProperty(target, 'session', slot.isLoaded ? sessionProperty : hiddenProperty);
}
