import createStoreClass from 'better-sqlite3-session-store';
import session from 'express-session';
import createStatementStoreClass from 'express-session-better-sqlite3';
import type { Contender } from '../../contender.ts';
import { type ExpressSession, expressStoreOperations } from '../express-store.ts';
import { packageVersion } from '../package-version.ts';
import { besideDatabase, inTransaction, lifetime, openDatabase, type Settings } from './database-file.ts';

/** better-sqlite3-session-store prepares each statement anew, and compares times with `datetime()`. */
export function sessionStorePeer(settings: Settings): Contender {
  return {
    name: packageVersion('better-sqlite3-session-store'),
    open(directory) {
      const database = openDatabase(directory, settings);
      const SqliteStore = createStoreClass(session);
      // Its option that turns the timer off is ignored, and the timer would keep this process alive.
      SqliteStore.prototype.startInterval = () => {};
      const store = new SqliteStore<ExpressSession>({ client: database });
      const beside = besideDatabase(directory, 'sessions');
      return {
        ...expressStoreOperations(store, lifetime),
        gc: () => store.clearExpiredSessions(),
        bulk: inTransaction(database),
        settle: beside.settle,
        rows: beside.rows,
        close() {
          beside.close();
          database.close();
        },
      };
    },
  };
}

/** express-session-better-sqlite3 knows no expiry at all: no touch, no garbage collection. */
export function preparedStatementPeer(settings: Settings): Contender {
  return {
    name: packageVersion('express-session-better-sqlite3'),
    caveat: 'no expiry',
    open(directory) {
      const database = openDatabase(directory, settings);
      const StatementStore = createStatementStoreClass(session, database);
      const { load, contentOf, saveNew, saveOver, update, destroy } = expressStoreOperations(
        new StatementStore(),
        lifetime,
      );
      const beside = besideDatabase(directory, 'express_session');
      return {
        load,
        contentOf,
        saveNew,
        saveOver,
        update,
        destroy,
        bulk: inTransaction(database),
        settle: beside.settle,
        rows: beside.rows,
        close() {
          beside.close();
          database.close();
        },
      };
    },
  };
}
