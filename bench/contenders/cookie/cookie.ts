import type { Backend } from '../../contender.ts';
import { bareContender } from './bare.ts';
import { ironSession, joseJwt } from './peers.ts';
import { storeCookieContender } from './store-cookie.ts';

const bare = bareContender('bare: AES-256-GCM of node:crypto');
const control = bareContender('A/A control: the bare line again');
const store = storeCookieContender('@store/cookie');
const portable = storeCookieContender('@store/cookie, through WebCrypto', { portable: true });

const columns =
  '`save new` seals, `load hit` opens a genuine cookie and `load miss` a changed one, `request` opens, counts a page view and ' +
  'seals again.';

export const cookie: Backend = {
  name: 'cookie',
  title: 'Cookies',
  operations: ['save new', 'load hit', 'load miss', 'request'],
  comparisons: [
    {
      title: 'To the limit',
      note:
        `${columns} Ratios are to the first line: one synchronous AES-256-GCM per cookie, nothing else. The second is the ` +
        'same code again: what it differs by is noise.',
      baseline: bare,
      lines: [bare, control, store, portable, joseJwt, ironSession],
    },
    {
      title: 'To the peers',
      note: `${columns} Ratios are to iron-session, whose format ours shares.`,
      baseline: ironSession,
      lines: [ironSession, joseJwt, portable, store],
    },
  ],
  collectors: [],
};
