import type { SessionData, SessionStore, StoredSession } from '@store/core';
import { StoreError } from '@store/core';
import { sessionKey } from '@store/core/driver';
import type { Family } from './family.ts';
import { assertLedger } from './ledger-options.ts';
import { createPeriods } from './periods.ts';

/** Remembers which sealed sessions have ended, as entries of a server store. */
export interface Revocations {
  /**
   * The version that a session's seal must carry; `ended` when it has been revoked, or `moved` when it has had a new id for less
   * than a minute and may be alive under that.
   *
   * @param session Without `version`: it begins now, as at a login, and `destroyAll` before it does not concern it.
   * @throws {StoreError} `UNAVAILABLE` when the ledger does not answer.
   */
  check(session: RevocableSession): Promise<number | 'ended' | 'moved'>;
  /**
   * Moves the session from the id `last` to a new one, in one step with any `revoke` of it. `false` when it has ended, or moved
   * already: of parallel logins one wins.
   */
  move(family: Family, id: string, subject: string | undefined): Promise<boolean>;
  /** Ends one session, under whatever id it is now. */
  revoke(id: string): Promise<void>;
  /** Ends every session of a subject that has begun, except `except`. */
  revokeAll(subject: string, except: string | undefined): Promise<void>;
  /** Ends the subject's session with this handle; nobody else's. */
  revokeDevice(subject: string, handle: string): Promise<void>;
  /** The longest that a seal may live, in seconds: the ledger remembers no longer. */
  readonly reach: number;
}

export interface RevocableSession {
  /** The id to judge: of a session that is about to move, the one that was loaded. */
  id: string;
  /** Its first id. */
  root: string;
  subject?: string | undefined;
  version?: number | undefined;
}

/** For how many milliseconds an id that a session no longer has is told apart from one that has ended, as in the server stores. */
const movedFor = 60_000;

/** How many times in a row a session is spared without being sealed again, which gives it the version in force. */
const mostSpared = 100;

/** How often an entry that spares a session is written against others that come first. */
const mostLostRaces = 100;

/** More new ids than a session gets while the first of its seals still opens. */
const mostMoves = 10_000;

/**
 * Makes the ledger out of a server store.
 *
 * - An id that has ended, or that its session no longer has, has an entry. The entry is created only if there is none, so a logout
 *   and a new id that race for it have one winner; a logout that loses follows the entry to the new id.
 * - A subject's entry holds a random version. Seals carry the version that was in force when they began, and another one ends
 *   them. No clock decides, so a login that races with "log out everywhere" is either before it and ended, or after it and kept.
 *   An entry that spares a session names the versions that it may carry, so that one that an earlier entry ended stays ended.
 *   The first entry of a subject names none, as nothing that has ended can still be opened then.
 *
 * An entry lives as long as the store's idle timeout, so none of the seals it covers outlives it.
 *
 * @throws {StoreError} `INVALID_OPTION` when the store cannot hold an entry for a cookie's life.
 */
export function createRevocations(
  name: string,
  purpose: string,
  ledger: SessionStore,
  longestLife: number,
): Revocations {
  const { reach, keptFor } = assertLedger(name, ledger, longestLife);
  const periods = createPeriods(ledger.timeouts, keptFor);
  // As JSON, so that no purpose or subject can be taken for another one's entry.
  const entryId = (kind: 'session' | 'subject' | 'device', ...whose: string[]) =>
    sessionKey(JSON.stringify(['store-cookie/1', purpose, kind, ...whose]));
  const sessionEntry = (handle: string) => entryId('session', handle);
  const deviceEntry = (subject: string, handle: string) => entryId('device', subject, handle);
  const subjectEntry = (subject: string, period: number) =>
    period === 0 ? entryId('subject', subject) : entryId('subject', subject, String(period));

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
  const read = (id: string) => asking(ledger.load(id));
  const create = (id: string, data: SessionData) =>
    asking(ledger.create(id, data, {}, { idleTimeout: keptFor }));

  function hasJustMoved({ data, createdAt }: StoredSession): boolean {
    // By the clock that has dated the entry.
    return (
      typeof data.moved === 'string' &&
      createdAt !== undefined &&
      ledger.timeouts.now() - createdAt < movedFor
    );
  }

  /** Walks from an id to the one that its session has now; `visit` returns true to stop. */
  async function follow(handle: string, visit: (handle: string) => Promise<boolean>): Promise<string> {
    let current = handle;
    for (let moves = 0; moves < mostMoves; moves++) {
      if (await visit(current)) return current;
      const { exists, data } = await read(sessionEntry(current));
      if (typeof data.moved === 'string') current = data.moved;
      // Ended already; or expired since, and then the next visit creates it.
      else if (exists) return current;
    }
    throw new StoreError(
      'CONFLICT',
      `[${name}] A session got new ids faster than it could be followed. Try again.`,
    );
  }

  /** The newest entry of a subject. */
  async function everywhere(subject: string): Promise<SessionData | undefined> {
    const entries = await Promise.all(
      periods.toRead().map((period) => ledger.load(subjectEntry(subject, period))),
    );
    return entries.find(({ exists }) => exists)?.data;
  }

  /** Replaces an entry by one that depends on it. `false`, and nothing written, if it does not exist. */
  const replace = (entry: string, next: (before: SessionData) => SessionData) =>
    asking(ledger.update(entry, ({ data }) => ({ data: next(data), flash: {} }), { idleTimeout: keptFor }));

  /** Makes an entry that spares a session out of the newest one: it must not bring back what that has ended. */
  function sparing(version: number, spared: string) {
    return (before: SessionData | undefined): SessionData => {
      const again = before?.spared === spared;
      // Any version: what a forgotten entry has ended has expired by now, and its survivors still carry its version.
      if (before === undefined || (again && !Array.isArray(before.spares))) return { version, spared };
      const spares = [before.version as number, ...(again ? (before.spares as number[]) : [])];
      return { version, spared, spares: spares.slice(0, mostSpared) };
    };
  }

  async function spare(subject: string, period: number, next: ReturnType<typeof sparing>): Promise<void> {
    const entry = subjectEntry(subject, period);
    for (let attempt = 0; attempt < mostLostRaces; attempt++) {
      if (await replace(entry, next)) return;
      if (await create(entry, next(await asking(everywhere(subject))))) return;
    }
    throw new StoreError(
      'CONFLICT',
      `[${name}] This subject's sessions are being ended all the time. Try again.`,
    );
  }

  return {
    reach,
    async check({ id, root, subject, version }) {
      const handle = sessionKey(id);
      const [own, first, device, all] = await asking(
        Promise.all([
          ledger.load(sessionEntry(handle)),
          root === id ? undefined : ledger.load(sessionEntry(sessionKey(root))),
          subject === undefined ? undefined : ledger.load(deviceEntry(subject, handle)),
          subject === undefined ? undefined : everywhere(subject),
        ]),
      );
      // The first id has usually moved; ended, it ends the family even where a new id was not recorded.
      if ((first?.exists && first.data.moved === undefined) || device?.exists) return 'ended';
      const current = all === undefined ? (version ?? 0) : (all.version as number);
      const isCurrent = version === undefined || version === current || isSpared(all, handle, version);
      if (!own.exists) return isCurrent ? current : 'ended';
      // Which id is spared after further moves is not looked up: a session that lives on must not be replaced.
      const mayLive = isCurrent || typeof all?.spared === 'string';
      return mayLive && hasJustMoved(own) ? 'moved' : 'ended';
    },
    async move({ last }, id, subject) {
      const handle = sessionKey(last);
      if (!(await create(sessionEntry(handle), { moved: sessionKey(id) }))) return false;
      // One that was written after the check before this, and did not see the new id yet.
      return subject === undefined || !(await read(deviceEntry(subject, handle))).exists;
    },
    async revoke(id) {
      await follow(sessionKey(id), (handle) => create(sessionEntry(handle), {}));
    },
    async revokeAll(subject, except) {
      const version = randomVersion();
      if (except === undefined) {
        const data = { version, spared: null };
        for (const period of periods.toWrite())
          await asking(ledger.save(subjectEntry(subject, period), data, {}, { idleTimeout: keptFor }));
        for (const period of periods.begunElsewhere())
          await replace(subjectEntry(subject, period), () => data);
        return;
      }
      const spared = await follow(
        sessionKey(except),
        async (handle) => !(await read(sessionEntry(handle))).exists,
      );
      const next = sparing(version, spared);
      for (const period of periods.toWrite()) await spare(subject, period, next);
      for (const period of periods.begunElsewhere()) await replace(subjectEntry(subject, period), next);
    },
    async revokeDevice(subject, handle) {
      await follow(handle, async (at) => {
        await create(deviceEntry(subject, at), {});
        return !(await read(sessionEntry(at))).exists;
      });
    },
  };
}

/** Whether an entry spares a session under the version that its seal carries. */
function isSpared(entry: SessionData | undefined, handle: string, version: number): boolean {
  if (entry?.spared !== handle) return false;
  // None: any version, because no entry was in force before this one. An earlier version of this package never writes any.
  return !Array.isArray(entry.spares) || entry.spares.includes(version);
}

/** 53 random bits. */
function randomVersion(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}
