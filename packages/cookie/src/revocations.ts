import type { SessionData, SessionStore, StoredSession } from '@store/core';
import { StoreError } from '@store/core';
import { sessionKey } from '@store/core/driver';
import type { Family } from './family.ts';
import { assertLedger } from './ledger-options.ts';
import { createPeriods } from './periods.ts';

/** Records which sealed sessions have ended, as entries in a server store, the ledger. */
export interface Revocations {
  /**
   * The version that a session's seal must carry; `ended` when it has been revoked; `moved` when it got a new id less than a
   * minute ago and may be alive under that one.
   *
   * @param session Without `version`, it starts now, as at a login, and an earlier `destroyAll` does not affect it.
   * @throws {StoreError} `UNAVAILABLE` when the ledger does not respond.
   */
  check(session: RevocableSession): Promise<number | 'ended' | 'moved'>;
  /**
   * Moves the session from the id `last` to a new one, atomically with respect to `revoke`. `false` when the session has ended or
   * has already moved: only one of several parallel logins succeeds.
   */
  move(family: Family, id: string, subject: string | undefined): Promise<boolean>;
  /** Ends one session, regardless of its current id. */
  revoke(id: string): Promise<void>;
  /** Ends all existing sessions of a subject, except `except`. */
  revokeAll(subject: string, except: string | undefined): Promise<void>;
  /** Ends the session with this handle, but only if it belongs to the subject. */
  revokeDevice(subject: string, handle: string): Promise<void>;
  /** A seal's maximum lifetime in seconds; the ledger does not remember anything for longer. */
  readonly reach: number;
}

export interface RevocableSession {
  /** The id to check. For a session that is about to move, this is the id that was loaded. */
  id: string;
  /** The session's first id. */
  root: string;
  subject?: string | undefined;
  version?: number | undefined;
}

/** How many milliseconds an id that has moved is reported as `moved` rather than `ended`, as in the server stores. */
const movedFor = 60_000;

/** How many times in a row a session can be spared without being sealed again. Sealing gives it the current version. */
const mostSpared = 100;

/** How many times to retry writing an entry that spares a session when other writes win the race. */
const mostLostRaces = 100;

/** More moves than any session makes while its first seal still opens. */
const mostMoves = 10_000;

/**
 * Uses a server store as the ledger.
 *
 * - An id that was ended or replaced by a new one has an entry. The entry is created only if none exists, so when a logout and a new
 *   id race for it, one wins; a logout that loses follows the entry to the new id.
 * - A subject's entry holds a random version. A seal carries the version that was current when its session started, and a new
 *   version ends it. No clocks are compared: a login that races with "log out everywhere" either comes before it and is ended, or
 *   comes after it and is kept. An entry that spares a session lists the versions that its seal may carry, so a session that an
 *   earlier entry ended stays ended. The first entry of a subject lists none, because no seal that was ended earlier can still be opened.
 *
 * An entry is kept for the store's idle timeout plus a margin, so it outlives every seal it covers.
 *
 * @throws {StoreError} `INVALID_OPTION` when the store cannot keep an entry for as long as a cookie can live.
 */
export function createRevocations(
  name: string,
  purpose: string,
  ledger: SessionStore,
  longestLife: number,
): Revocations {
  const { reach, keptFor } = assertLedger(name, ledger, longestLife);
  const periods = createPeriods(ledger.timeouts, keptFor);
  // JSON keeps the parts apart, so no purpose or subject can produce the entry id of another.
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
        `[${name}] The revocations store did not respond, and without it no session can be trusted. Fix the error in the cause, ` +
          'or choose onRevocationsFailure: "open".',
        { cause },
      );
    }
  }
  const read = (id: string) => asking(ledger.load(id));
  const create = (id: string, data: SessionData) =>
    asking(ledger.create(id, data, {}, { idleTimeout: keptFor }));

  function hasJustMoved({ data, createdAt }: StoredSession): boolean {
    // Use the same clock that dated the entry.
    return (
      typeof data.moved === 'string' &&
      createdAt !== undefined &&
      ledger.timeouts.now() - createdAt < movedFor
    );
  }

  /** Follows a session from an earlier id to its current one; `visit` returns true to stop. */
  async function follow(handle: string, visit: (handle: string) => Promise<boolean>): Promise<string> {
    let current = handle;
    for (let moves = 0; moves < mostMoves; moves++) {
      if (await visit(current)) return current;
      const { exists, data } = await read(sessionEntry(current));
      if (typeof data.moved === 'string') current = data.moved;
      // An entry without `moved` means that the session has ended. If the entry has just expired, the next visit creates it.
      else if (exists) return current;
    }
    throw new StoreError(
      'CONFLICT',
      `[${name}] The session got new ids faster than they could be followed. Try again.`,
    );
  }

  /** The latest entry of a subject. */
  async function everywhere(subject: string): Promise<SessionData | undefined> {
    const entries = await Promise.all(
      periods.toRead().map((period) => ledger.load(subjectEntry(subject, period))),
    );
    return entries.find(({ exists }) => exists)?.data;
  }

  /** Replaces an entry with one derived from it. Returns `false` and writes nothing if it does not exist. */
  const replace = (entry: string, next: (before: SessionData) => SessionData) =>
    asking(ledger.update(entry, ({ data }) => ({ data: next(data), flash: {} }), { idleTimeout: keptFor }));

  /** Builds an entry that spares a session, based on the latest entry; it must not revive sessions that the latest one ended. */
  function sparing(version: number, spared: string) {
    return (before: SessionData | undefined): SessionData => {
      const again = before?.spared === spared;
      // Any version may be spared: seals that a forgotten entry ended have expired by now, and survivors still carry its version.
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
    throw new StoreError('CONFLICT', `[${name}] Other calls keep ending this subject's sessions. Try again.`);
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
      // The first id has usually moved. If it was ended instead, the family has ended, even where a new id was not recorded.
      if ((first?.exists && first.data.moved === undefined) || device?.exists) return 'ended';
      const current = all === undefined ? (version ?? 0) : (all.version as number);
      const isCurrent = version === undefined || version === current || isSpared(all, handle, version);
      if (!own.exists) return isCurrent ? current : 'ended';
      // The spared id may be a later id of this session, which is not looked up. `moved` is the safe result: it overwrites nothing.
      const mayLive = isCurrent || typeof all?.spared === 'string';
      return mayLive && hasJustMoved(own) ? 'moved' : 'ended';
    },
    async move({ last }, id, subject) {
      const handle = sessionKey(last);
      if (!(await create(sessionEntry(handle), { moved: sessionKey(id) }))) return false;
      // Since the last check, a request that had not seen the new id may have written a device entry.
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

/** Whether an entry spares a session whose seal carries this version. */
function isSpared(entry: SessionData | undefined, handle: string, version: number): boolean {
  if (entry?.spared !== handle) return false;
  // Without `spares`, every version is spared: no earlier entry was in force, or an older version of this package wrote this one.
  return !Array.isArray(entry.spares) || entry.spares.includes(version);
}

/** 53 random bits. */
function randomVersion(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}
