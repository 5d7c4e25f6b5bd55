import type { Session } from './session.ts';

type FlashAccess = Pick<Session, 'flash' | 'getFlash' | 'hasFlash'>;

/** Form values and validation errors, which travel as flash `old.*` and `errors.*`. */
export function createFormFlash(
  session: FlashAccess,
): Pick<Session, 'flashOld' | 'flashErrors' | 'old' | 'error' | 'hasError'> {
  return {
    flashOld(values) {
      for (const [field, value] of Object.entries(values)) {
        if (value !== undefined) session.flash(`old.${field}`, value);
      }
    },
    flashErrors(errors) {
      for (const [field, messages] of Object.entries(errors)) {
        const message = typeof messages === 'string' ? messages : messages?.[0];
        if (message !== undefined) session.flash(`errors.${field}`, message);
      }
    },
    old: (field) => session.getFlash(`old.${field}`),
    error(field) {
      const message = session.getFlash(`errors.${field}`);
      return message === undefined ? undefined : String(message);
    },
    hasError: (field) => session.hasFlash(`errors.${field}`),
  };
}
