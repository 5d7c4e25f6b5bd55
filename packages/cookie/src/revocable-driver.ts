import { type CookieSession, type CookieStoreDriver, StoreError } from '@store/core';
import { invalidOption, isSessionKey, type Report } from '@store/core/driver';
import { clockMargin, type Revocations } from './revocations.ts';

/** What a driver needs to revoke. */
export interface RevocableDriverParts {
  name: string;
  driver: CookieStoreDriver;
  revocations: Revocations;
  onFailure: 'closed' | 'open';
  now: () => number;
  report: Report;
}

/** Gives a cookie driver an end of sessions that holds: checked when a cookie is opened, and again before it is sealed. */
export function createRevocableDriver(parts: RevocableDriverParts): CookieStoreDriver {
  const { name, driver, revocations, onFailure, now, report } = parts;

  /** The session under the version its seal must carry; `undefined` when it was revoked. */
  async function unlessRevoked(session: CookieSession): Promise<CookieSession | undefined> {
    try {
      const version = await revocations.check(session);
      return version === undefined ? undefined : { ...session, version };
    } catch (error) {
      if (onFailure === 'closed') throw error;
      report({
        type: 'revocations-unavailable',
        reason: 'the ledger did not answer, and the session was trusted',
      });
      return session;
    }
  }

  function isCovered({ expiresAt }: CookieSession, margin: number): boolean {
    return expiresAt - now() <= (revocations.reach + margin) * 1000;
  }

  return {
    async load(cookieValue) {
      const session = await driver.load(cookieValue);
      if (session === undefined) return undefined;
      // A seal from before the ledger's idle timeout was lowered: revoked, it would outlive its revocation.
      if (!isCovered(session, clockMargin)) {
        report({
          type: 'unreadable-session',
          reason: 'the cookie outlives what the revocations ledger remembers',
        });
        return undefined;
      }
      return unlessRevoked({ ...session, version: session.version ?? 0 });
    },
    async cookieValue(session) {
      if (!isCovered(session, 0)) {
        throw new StoreError(
          'INVALID_OPTION',
          `[${name}] This session's idleTimeout is longer than the ${revocations.reach} seconds that the revocations store ` +
            'remembers. Give that store an idleTimeout as long as the longest that a session may have.',
        );
      }
      const current = await unlessRevoked(session);
      return current === undefined ? '' : driver.cookieValue(current);
    },
    destroy: (id) => revocations.revoke(id),
    async destroyAll(subject, { except, only }) {
      if (only === undefined) {
        await revocations.revokeAll(subject, except);
      } else {
        if (!isSessionKey(only)) throw invalidOption(name, 'only', 'the handle of a session', only);
        await revocations.revokeDevice(subject, only);
      }
      // How many cookies that were out there, no server knows.
      return 0;
    },
  };
}
