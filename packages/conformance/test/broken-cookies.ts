import type { Place } from '@store/conformance';
import type { CookieSession, CookieStoreDriver, StartOptions } from '@store/core';
import { ledgerOf, open, seal } from './cookie-driver.ts';

/** A cookie driver that breaks one promise, and the cases that must notice. */
export interface BrokenCookies {
  broken: string;
  fails: string[];
  how(driver: CookieStoreDriver, place: Place, options: StartOptions): Partial<CookieStoreDriver>;
}

const plain = (session: CookieSession) => Buffer.from(JSON.stringify(session)).toString('base64url');
const beside = (seal: string, clear: string) => (seal === '' ? '' : `${clear}.${seal}`);

export const brokenCookies: BrokenCookies[] = [
  {
    broken: 'a cookie holds the content in base64 beside the seal',
    fails: ['cookie.sealed', 'cookie.foreign'],
    how: (driver) => ({
      load: (value) => driver.load(value.slice(value.indexOf('.') + 1)),
      cookieValue: async (session) => beside(await driver.cookieValue(session), plain(session)),
    }),
  },
  {
    broken: 'a cookie holds the id in clear beside the seal',
    fails: ['cookie.sealed', 'cookie.foreign'],
    how: (driver) => ({
      load: (value) => driver.load(value.slice(value.indexOf('.') + 1)),
      cookieValue: async (session) => beside(await driver.cookieValue(session), session.id),
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
      cookieValue: async (session) => (await driver.cookieValue(session)).replace(/.+/, '"$&"'),
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
    broken: 'sealing starts createdAt again',
    fails: ['cookie.time'],
    how: (driver, _place, { now = Date.now }) => ({
      cookieValue: (session) => driver.cookieValue({ ...session, createdAt: now() }),
    }),
  },
  {
    broken: 'cookies end by the clock of the machine',
    fails: ['cookie.application-clock'],
    how: (driver) => ({
      async load(value) {
        const session = await driver.load(value);
        return session && session.expiresAt > Date.now() ? session : undefined;
      },
    }),
  },
  {
    broken: 'flash is left out of the cookie',
    fails: ['values.keys', 'values.text', 'values.nesting', 'values.flash-only', 'cookie.round-trip'],
    how: (driver) => ({ cookieValue: (session) => driver.cookieValue({ ...session, flash: {} }) }),
  },
  {
    broken: 'a revoked session can be sealed again',
    fails: ['revocation.destroy', 'revocation.family', 'revocation.family-race'],
    how: (_driver, place) => ({ cookieValue: (session) => seal(place, JSON.stringify(session)) }),
  },
  {
    broken: 'destroy is claimed and does nothing',
    fails: [
      'revocation.destroy',
      'revocation.family',
      'revocation.family-race',
      'revocation.lasts',
      'revocation.failure',
    ],
    how: (_driver, place) => ({ destroy: () => void ledgerOf(place) }),
  },
  {
    broken: 'destroy ends the seals of that id and no others of its family',
    fails: ['revocation.family', 'revocation.family-race'],
    how: (driver, place) => ({
      cookieValue: (session) => driver.cookieValue({ ...session, family: session.id }),
      destroy: (id) => void ledgerOf(place).ended.add(id),
    }),
  },
  {
    broken: 'load forgets the family',
    fails: ['revocation.family', 'revocation.family-race'],
    how: (driver) => ({
      async load(value) {
        const { family: _, ...session } = (await driver.load(value)) ?? {};
        return 'id' in session ? (session as CookieSession) : undefined;
      },
    }),
  },
  {
    broken: 'expireOnClose is left out of the cookie',
    fails: ['limits.cookie-expire-on-close'],
    how: (driver) => ({
      cookieValue: ({ expireOnClose: _, ...session }) => driver.cookieValue(session),
    }),
  },
  {
    broken: 'destroyAll spares nobody',
    fails: ['revocation.subjects'],
    how: (driver) => ({ destroyAll: (subject) => driver.destroyAll?.(subject, {}) ?? 0 }),
  },
  {
    broken: 'destroyAll ends everybody',
    fails: ['revocation.subjects'],
    how: (driver) => ({
      async destroyAll(_subject, options) {
        await driver.destroyAll?.('grace', options);
        return (await driver.destroyAll?.('ada', options)) ?? 0;
      },
    }),
  },
  {
    broken: 'a ledger that is down revokes nothing',
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
    broken: 'subjects are claimed and not there',
    fails: ['revocation.subjects'],
    how: () => ({ destroyAll: undefined as never }),
  },
];
