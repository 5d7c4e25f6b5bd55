import { assertJsonValue } from '@store/core';
import type { FlashTracker } from './flash-changes.ts';
import type { Session } from './session.ts';
import type { SessionAccess } from './session-access.ts';

/** The session's methods for flash values. @param flash The tracker in force; `invalidate` puts another in its place. */
export function createFlash(
  flash: () => FlashTracker,
  { reading, writing, changed, canUseFlash }: SessionAccess,
): Pick<Session, 'flash' | 'flashNow' | 'getFlash' | 'hasFlash' | 'keepFlash'> {
  return {
    flash(key, value) {
      writing();
      assertJsonValue(value, `flash.${key}`);
      flash().add(key, value);
      changed();
    },
    flashNow(key, value) {
      reading();
      assertJsonValue(value, `flash.${key}`);
      flash().now(key, value);
    },
    getFlash(key) {
      reading();
      const found = flash().get(key, canUseFlash());
      changed(found.changed);
      return found.value;
    },
    hasFlash(key) {
      reading();
      return flash().has(key);
    },
    keepFlash(...keys) {
      writing();
      flash().keep(keys);
    },
  };
}
