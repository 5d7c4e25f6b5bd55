import { isSessionStore, type SessionStore, StoreError } from '@store/core';
import { invalidOption, sessionKey } from '@store/core/driver';

/** Remembers which sealed sessions have ended, as entries of a server store. */
export interface Revocations {
  /**
   * The version that a session's seal must carry; `undefined` when it has been revoked.
   *
   * @param session Without `version`: it begins now, as at a login, and `destroyAll` before it does not concern it.
   * @throws {StoreError} `UNAVAILABLE` when the ledger does not answer.
   */
  check(session: RevocableSession): Promise<number | undefined>;
  /** Ends one session. */
  revoke(id: string): Promise<void>;
  /** Ends every session of a subject that has begun, except `except`. */
  revokeAll(subject: string, except: string | undefined): Promise<void>;
  /** Ends the subject's session with this handle; nobody else's. */
  revokeDevice(subject: string, handle: string): Promise<void>;
  /** The longest that a seal may live, in seconds: the ledger remembers no longer. */
  readonly reach: number;
}

export interface RevocableSession {
  id: string;
  subject?: string;
  version?: number;
}

/** Seconds an entry is kept longer than a seal can live, since the clocks of two servers may differ by a minute. */
export const clockMargin = 120;

/**
 * Makes the ledger out of a server store. Each revocation is one unconditional `save`, and an entry lives as long as the
 * store's idle timeout: so nothing a seal covers outlives its entry, and concurrent revocations cannot undo each other.
 *
 * A subject's entry holds a random version. Seals carry the version that was in force when they began, and another one ends
 * them. No clock decides, so a login that races with "log out everywhere" is either before it and ended, or after it and kept.
 *
 * @throws {StoreError} `INVALID_OPTION` when the store cannot hold an entry for a cookie's life.
 */
export function createRevocations(
  name: string,
  purpose: string,
  ledger: SessionStore,
  longestLife: number,
): Revocations {
  assertLedger(name, ledger, longestLife);
  const { idleTimeout } = ledger.timeouts;
  const keptFor = Math.min(idleTimeout + clockMargin, 2 ** 31 - 1);
  // As JSON, so that no purpose or subject can be taken for another one's entry.
  const entryId = (kind: 'session' | 'subject' | 'device', ...whose: string[]) =>
    sessionKey(JSON.stringify(['store-cookie/1', purpose, kind, ...whose]));

  async function asking<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (cause) {
      throw new StoreError(
        'UNAVAILABLE',
        `[${name}] The revocations ledger did not answer, and without it no session can be trusted. Its error is the cause; ` +
          'see to the ledger, or choose onRevocationsFailure: "open".',
        { cause },
      );
    }
  }
  const read = (id: string) => ledger.load(id);
  const write = (id: string, data: { version?: number; spared?: string | null }) =>
    asking(ledger.save(id, data, {}, { idleTimeout: keptFor }));

  return {
    reach: idleTimeout,
    async check({ id, subject, version }) {
      if (subject === undefined) {
        return (await asking(read(entryId('session', id)))).exists ? undefined : (version ?? 0);
      }
      const handle = sessionKey(id);
      const [session, device, everywhere] = await asking(
        Promise.all([
          read(entryId('session', id)),
          read(entryId('device', subject, handle)),
          read(entryId('subject', subject)),
        ]),
      );
      if (session.exists || device.exists) return undefined;
      if (!everywhere.exists) return version ?? 0;
      const current = everywhere.data.version as number;
      const isCurrent = version === undefined || version === current;
      return isCurrent || everywhere.data.spared === handle ? current : undefined;
    },
    revoke: (id) => write(entryId('session', id), {}),
    revokeAll: (subject, except) =>
      write(entryId('subject', subject), {
        version: randomVersion(),
        spared: except === undefined ? null : sessionKey(except),
      }),
    revokeDevice: (subject, handle) => write(entryId('device', subject, handle), {}),
  };
}

function assertLedger(name: string, ledger: unknown, longestLife: number): asserts ledger is SessionStore {
  if (!isSessionStore(ledger) || ledger.kind !== 'server') {
    throw invalidOption(
      name,
      'revocations',
      'a server store, such as startSession() of @store/sqlite answers',
      ledger,
    );
  }
  const { idleTimeout, absoluteTimeout } = ledger.timeouts;
  if (absoluteTimeout !== undefined) {
    const takes = 'undefined: a revocation that is renewed must last as long as a new one';
    throw invalidOption(name, 'absoluteTimeout of the revocations store', takes, absoluteTimeout);
  }
  if (idleTimeout < longestLife) {
    const takes = `at least ${longestLife} seconds, as long as a sealed session can live unused`;
    throw invalidOption(name, 'idleTimeout of the revocations store', takes, idleTimeout);
  }
}

/** 53 random bits. */
function randomVersion(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}
