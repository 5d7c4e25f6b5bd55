import type { Place } from '@store/conformance';
import type { CookieSession, CookieStoreDriver, StartOptions } from '@store/core';
import { chainOf, ledgerOf, open, seal } from './cookie-driver.ts';

/** A cookie driver that breaks one promise, and the cases that must fail. */
export interface BrokenCookies {
  broken: string;
  fails: string[];
  how(driver: CookieStoreDriver, place: Place, options: StartOptions): Partial<CookieStoreDriver>;
}

const plain = (session: CookieSession) => Buffer.from(JSON.stringify(session)).toString('base64url');
const joined = (seal: string, clear: string) => (seal === '' ? '' : `${clear}.${seal}`);

export const brokenCookies: BrokenCookies[] = [
  {
    broken: 'a cookie holds the content in base64 next to the seal',
    fails: ['cookie.sealed', 'cookie.foreign'],
    how: (driver) => ({
      load: (value) => driver.load(value.slice(value.indexOf('.') + 1)),
      cookieValue: async (...args) => joined(await driver.cookieValue(...args), plain(args[0])),
    }),
  },
  {
    broken: 'a cookie holds the id in clear next to the seal',
    fails: ['cookie.sealed', 'cookie.foreign'],
    how: (driver) => ({
      load: (value) => driver.load(value.slice(value.indexOf('.') + 1)),
      cookieValue: async (...args) => joined(await driver.cookieValue(...args), args[0].id),
    }),
  },
  {
    broken: 'a cookie that cannot be opened throws',
    fails: ['cookie.foreign', 'cookie.tampered'],
    how: (driver, place) => ({
      load(value) {
        if (open(place, value) === undefined) throw new Error('Bad seal.');
        return driver.load(value);
      },
    }),
  },
  {
    broken: 'a cookie is in quotation marks',
    fails: ['cookie.characters', 'cookie.foreign'],
    how: (driver) => ({
      load: (value) => driver.load(value.replaceAll('"', '')),
      cookieValue: async (...args) => (await driver.cookieValue(...args)).replace(/.+/, '"$&"'),
    }),
  },
  {
    broken: 'the id is made up',
    fails: [
      'values.keys',
      'values.text',
      'values.numbers',
      'values.nesting',
      'values.empty',
      'values.flash-only',
      'time.default-clock',
      'limits.cookie-expire-on-close',
      'cookie.round-trip',
      'cookie.time',
      'cookie.application-clock',
      'cookie.instances',
      'revocation.destroy',
      'revocation.family',
      'revocation.one-new-id',
      'revocation.moved',
      'revocation.subjects',
      'revocation.failure',
    ],
    how: (driver) => ({
      load: async (value) => {
        const session = await driver.load(value);
        return session && { ...session, id: value };
      },
    }),
  },
  {
    broken: 'sealing resets createdAt',
    fails: ['cookie.time'],
    how: (driver, _place, { now = Date.now }) => ({
      cookieValue: (session, accept) => driver.cookieValue({ ...session, createdAt: now() }, accept),
    }),
  },
  {
    broken: "cookies expire by the machine's clock",
    fails: ['cookie.application-clock'],
    how: (driver) => ({
      async load(value) {
        const session = await driver.load(value);
        if (session === undefined || 'moved' in session) return session;
        return session.expiresAt > Date.now() ? session : undefined;
      },
    }),
  },
  {
    broken: 'flash is left out of the cookie',
    fails: ['values.keys', 'values.text', 'values.nesting', 'values.flash-only', 'cookie.round-trip'],
    how: (driver) => ({
      cookieValue: (session, accept) => driver.cookieValue({ ...session, flash: {} }, accept),
    }),
  },
  {
    broken: 'a revoked session can be sealed again',
    fails: ['revocation.destroy', 'revocation.family', 'revocation.one-new-id', 'revocation.moved'],
    how: (_driver, place) => ({ cookieValue: (session) => seal(place, JSON.stringify(session)) }),
  },
  {
    broken: 'revocation is claimed, but destroy does nothing',
    fails: [
      'revocation.destroy',
      'revocation.family',
      'revocation.family-race',
      'revocation.moved',
      'revocation.lasts',
      'revocation.failure',
    ],
    how: (_driver, place) => ({ destroy: () => void ledgerOf(place) }),
  },
  {
    broken: 'destroy ends the seals of that id and no others of its family',
    fails: ['revocation.family', 'revocation.family-race', 'revocation.one-new-id', 'revocation.moved'],
    how: (driver, place) => ({
      cookieValue: (session, accept) => driver.cookieValue({ ...session, family: session.id }, accept),
      destroy: (id) => void ledgerOf(place).ended.add(id),
    }),
  },
  {
    broken: 'load forgets the family',
    fails: ['revocation.family', 'revocation.family-race', 'revocation.one-new-id', 'revocation.moved'],
    how: (driver) => ({
      async load(value) {
        const found = await driver.load(value);
        if (found === undefined || 'moved' in found) return found;
        const { family: _, ...session } = found;
        return session;
      },
    }),
  },
  {
    broken: 'an old id is no session, and load does not say that its session has moved',
    fails: ['revocation.moved'],
    how: (driver) => ({
      async load(value) {
        const found = await driver.load(value);
        return found && 'moved' in found ? undefined : found;
      },
    }),
  },
  {
    broken: 'an old id says forever that its session has moved',
    fails: ['revocation.moved'],
    how: (driver, place) => ({
      async load(value) {
        const { id = '' } = JSON.parse(open(place, value) ?? '{}');
        return ledgerOf(place).moves.has(id) ? { moved: true, id } : driver.load(value);
      },
    }),
  },
  {
    broken: 'any request that has loaded a session can give it a new id',
    fails: ['revocation.one-new-id'],
    how: (driver, place) => ({
      cookieValue(session, accept) {
        ledgerOf(place).moves.delete(chainOf(session).loaded);
        return driver.cookieValue(session, accept);
      },
    }),
  },
  {
    broken: 'expireOnClose is left out of the cookie',
    fails: ['limits.cookie-expire-on-close'],
    how: (driver) => ({
      cookieValue: ({ expireOnClose: _, ...session }, accept) => driver.cookieValue(session, accept),
    }),
  },
  {
    broken: 'destroyAll ignores except',
    fails: ['revocation.subjects'],
    how: (driver) => ({ destroyAll: (subject) => driver.destroyAll?.(subject, {}) ?? 0 }),
  },
  {
    broken: 'destroyAll ends the sessions of every subject',
    fails: ['revocation.subjects'],
    how: (driver) => ({
      async destroyAll(_subject, options) {
        await driver.destroyAll?.('grace', options);
        return (await driver.destroyAll?.('ada', options)) ?? 0;
      },
    }),
  },
  {
    broken: 'every seal opens while the ledger is down',
    fails: ['revocation.failure'],
    how: (driver, place) => ({
      load(value) {
        try {
          return driver.load(value);
        } catch {
          return JSON.parse(open(place, value) ?? 'null') ?? undefined;
        }
      },
    }),
  },
  {
    broken: 'subjects are claimed but missing',
    fails: ['revocation.subjects'],
    how: () => ({ destroyAll: undefined as never }),
  },
];
