import type { Awaitable, SessionContent } from '@store/core';
import type { Backend, Contender } from '../../contender.ts';
import { packageVersion, peer } from '../package-version.ts';
import { bareSealer, ironSealer, joseSealer, ourSealer, portableSealer, type Sealer } from './sealers.ts';

/**
 * A contender whose sessions are in cookies. A map plays the role of the browsers, for all contenders alike, at almost no cost. A load that
 * misses gets a cookie with one character changed.
 */
export function withCookies(start: () => Awaitable<Sealer>): Contender['open'] {
  return async () => {
    const { seal, open } = await start();
    const browsers = new Map<string, string>();
    const genuine = await seal('0'.repeat(64), { data: {}, flash: {} });
    const middle = genuine.length >> 1;
    const changed = genuine[middle] === 'A' ? 'B' : 'A';
    const forged = genuine.slice(0, middle) + changed + genuine.slice(middle + 1);
    const miss = async () => open(forged);
    return {
      async load(id) {
        const cookie = browsers.get(id);
        return cookie === undefined ? miss().catch(() => undefined) : open(cookie);
      },
      contentOf: (loaded) => loaded as SessionContent | undefined,
      save: async (id, content) => browsers.set(id, await seal(id, content)),
      destroy: (id) => browsers.delete(id),
      rows: () => browsers.size,
    };
  };
}

const openPortable = withCookies(portableSealer);

const bare: Contender = { kind: 'bare', name: 'node:crypto, AES-256-GCM', open: withCookies(bareSealer) };
const control: Contender = { ...bare, kind: 'control', name: 'the same code again' };
const ours: Contender = { kind: 'ours', name: '@store/cookie', open: withCookies(ourSealer) };
const portable: Contender = { kind: 'ours', name: '@store/cookie, through WebCrypto', open: openPortable };
const jose = peer('jose', withCookies(joseSealer), { name: `${packageVersion('jose')}, EncryptJWT` });
const ironSession = peer('iron-session', withCookies(ironSealer));

export const cookie: Backend = {
  name: 'cookie',
  title: 'Cookies',
  operations: ['save new', 'load hit', 'load miss', 'request'],
  note:
    '`save new` seals, `load hit` opens a genuine cookie and `load miss` a changed one, `request` opens, counts a page view and ' +
    'seals again. Ratios are to the first line: one synchronous AES-256-GCM for each cookie, nothing else. iron-session has the ' +
    'same format as @store/cookie.',
  baseline: bare,
  lines: [bare, control, ours, portable, jose, ironSession],
  collectors: [],
};
