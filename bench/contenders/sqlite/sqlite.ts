import type { Backend, Contender } from '../../contender.ts';
import { bareContender } from './bare.ts';
import { untouched, wal } from './database-file.ts';
import { preparedStatementPeer, sessionStorePeer } from './express-peers.ts';
import { luciaPeer } from './lucia-adapter.ts';
import { plainLimitContender } from './plain-limit.ts';
import { storeSqliteContender } from './store-sqlite.ts';

const bare = bareContender('bare: better-sqlite3, our schema');
const control = bareContender('A/A control: the bare line again');
const limit = plainLimitContender('bare: plain ids, expiry index');
const given = storeSqliteContender('@store/sqlite, database given', wal);
const byPath = storeSqliteContender('@store/sqlite');

const sessionStore = sessionStorePeer(wal);
const lucia = luciaPeer(wal);

const readme: Contender = {
  ...sessionStorePeer(untouched),
  name: `${sessionStore.name}, as in its README`,
  slow: true,
};

export const sqlite: Backend = {
  name: 'sqlite',
  title: 'SQLite',
  // SQLite writes its log back after every thousand pages: a round has to be long enough for some of that, or nobody pays for it.
  blocks: {
    times: 1,
    sizes: new Map([
      [1, 400],
      [32, 640],
    ]),
  },
  comparisons: [
    {
      title: 'Equal settings',
      note:
        `All: ${wal.label}, one file each. Ratios are to the first line: prepared statements on the table of ` +
        '@store/sqlite, ids hashed. The second is the same code again: what it differs by is noise. @store/sqlite on a database ' +
        'that it opens itself has the same settings, and a thread that writes the log back.',
      baseline: bare,
      lines: [bare, control, given, byPath, limit, sessionStore, preparedStatementPeer(wal), lucia],
    },
    {
      title: 'Own settings',
      note:
        'Each as it sets itself up. Ratios are to the first line: prepared statements on the table that one writes by ' +
        `hand, plain ids as the key and an index on the expiry, ${wal.label}. No README of a peer sets anything, which means ` +
        `${untouched.label}: a sync per commit, so that also a power cut loses no session. One peer stands for all, in full runs.`,
      baseline: limit,
      lines: [limit, byPath, readme],
    },
  ],
  collectors: [limit, bare, byPath, sessionStore, lucia],
};
