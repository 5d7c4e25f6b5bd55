import { type CookieSession, type CookieStoreDriver, StoreError } from '@store/core';
import { invalidOption, isSessionKey, type Report } from '@store/core/driver';
import type { SealDriver } from './cookie-driver.ts';
import { parseFamily } from './family.ts';
import { clockMargin } from './ledger-options.ts';
import type { Revocations } from './revocations.ts';

/** The parts of a cookie driver with revocations. */
export interface RevocableDriverParts {
  name: string;
  driver: SealDriver;
  revocations: Revocations;
  onFailure: 'closed' | 'open';
  now: () => number;
  report: Report;
}

/** Adds revocations to a cookie driver: checked when a cookie is opened, and again before the session is sealed. */
export function createRevocableDriver(parts: RevocableDriverParts): CookieStoreDriver {
  const { name, driver, revocations, onFailure, now, report } = parts;

  /** Awaits a ledger call; returns `trusted` if the ledger does not respond and `onFailure` is `open`. */
  async function asked<T>(question: Promise<T>, trusted: T): Promise<T> {
    try {
      return await question;
    } catch (error) {
      if (onFailure === 'closed') throw error;
      report({
        type: 'revocations-unavailable',
        reason: 'the revocations store did not respond, so the session was trusted',
      });
      return trusted;
    }
  }

  /** The session with the version that its seal must carry, unless it was revoked or has moved to a new id. */
  async function judge(session: CookieSession): Promise<CookieSession | 'ended' | 'moved'> {
    const { root, last } = parseFamily(session.family, session.id);
    const check = revocations.check({ ...session, id: last, root });
    const judged = check.then((verdict) =>
      typeof verdict === 'number' ? { ...session, version: verdict } : verdict,
    );
    return asked<CookieSession | 'ended' | 'moved'>(judged, session);
  }

  /** Moves the session from the id that was loaded to its current one. `false` when it has ended or has already moved. */
  async function move({ id, subject, family }: CookieSession): Promise<boolean> {
    const chain = parseFamily(family, id);
    return chain.last === id || asked(revocations.move(chain, id, subject), true);
  }

  function isCovered({ expiresAt }: CookieSession, margin: number): boolean {
    return expiresAt - now() <= (revocations.reach + margin) * 1000;
  }

  return {
    async load(cookieValue) {
      const session = await driver.load(cookieValue);
      if (session === undefined) return undefined;
      // Sealed before the ledger's idle timeout was lowered; such a seal could outlive its revocation.
      if (!isCovered(session, clockMargin)) {
        report({
          type: 'unreadable-session',
          reason: 'the cookie would outlive its entry in the revocations store',
        });
        return undefined;
      }
      const found = await judge({ ...session, version: session.version ?? 0 });
      if (found === 'moved') return { moved: true, id: session.id };
      return found === 'ended' ? undefined : found;
    },
    async cookieValue(session, accept) {
      if (!isCovered(session, 0)) {
        throw new StoreError(
          'INVALID_OPTION',
          `[${name}] This session's idleTimeout is longer than the ${revocations.reach} seconds that the revocations store ` +
            'remembers. Give that store an idleTimeout at least as long as the longest of any session.',
        );
      }
      const current = await judge(session);
      if (current === 'ended' || current === 'moved') return '';
      // Seal before retiring the old id: if the new seal cannot be made or used, the session keeps that id.
      const seal = await driver.cookieValue(current);
      accept(seal);
      return (await move(current)) ? seal : '';
    },
    destroy: (id) => revocations.revoke(id),
    async destroyAll(subject, { except, only }) {
      if (only === undefined) {
        await revocations.revokeAll(subject, except);
      } else {
        if (!isSessionKey(only)) throw invalidOption(name, 'only', 'the handle of a session', only);
        await revocations.revokeDevice(subject, only);
      }
      // No server knows how many cookies exist, and the number of entries written would be mistaken for the number of cookies.
      return 0;
    },
  };
}
