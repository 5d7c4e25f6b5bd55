import { type Awaitable, type CookieSession, StoreError } from '@store/core';
import type { Keyring } from './keyring.ts';
import { longestSeal, parseSeal } from './seal-format.ts';
import { decodeContent, encodeContent } from './sealed-content.ts';
import type { Sealing } from './sealing.ts';

/** The parts of a cookie driver. */
export interface CookieDriverParts {
  name: string;
  purpose: string;
  keyring: Keyring;
  sealing: Sealing;
  now: () => number;
  /** Called when a cookie was opened with an old password. */
  onOldPassword: (id: string) => void;
}

/** A cookie driver without revocations, which therefore never retires an id. */
export interface SealDriver {
  load(cookieValue: string): Awaitable<CookieSession | undefined>;
  cookieValue(session: CookieSession): Awaitable<string>;
}

/** Keeps sessions as Iron seals (Fe26.2). Synchronous if the sealing is. */
export function createCookieDriver(parts: CookieDriverParts): SealDriver {
  const { name, purpose, keyring, sealing, now, onOldPassword } = parts;

  return {
    load(cookieValue) {
      const seal = parseSeal(cookieValue);
      if (seal === undefined) return undefined;
      const time = now();
      const key = keyring.find(seal.keyId, time);
      if (key === undefined || (seal.expiresAt !== undefined && time >= seal.expiresAt)) return undefined;
      return after(sealing.open(seal, key), (text): CookieSession | undefined => {
        const session = text === undefined ? undefined : decodeContent(purpose, text);
        if (session === undefined || key === keyring.current) return session;
        onOldPassword(key.id);
        return { ...session, renew: true };
      });
    },
    cookieValue(session) {
      // The seal's expiry field is for other programs and holds whole milliseconds; we check the exact times inside the seal.
      const expiresAt = Math.ceil(session.expiresAt);
      const sealed = sealing.seal(encodeContent(purpose, session), keyring.current, expiresAt);
      return after(sealed, (value) => {
        if (value.length <= longestSeal) return value;
        throw new StoreError(
          'TOO_LARGE',
          `[${name}] The sealed session has ${value.length} characters, but only up to ${longestSeal} can be opened again. ` +
            'Store less, or keep sessions on the server.',
        );
      });
    },
  };
}

/** Calls `next` synchronously unless `value` is a promise. */
function after<T, R>(value: Awaitable<T>, next: (value: T) => R): Awaitable<R> {
  return typeof value === 'object' && value !== null && 'then' in value ? value.then(next) : next(value as T);
}
