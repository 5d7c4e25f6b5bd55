import { BetterSqlite3Adapter } from '@lucia-auth/adapter-sqlite';
import createStoreClass from 'better-sqlite3-session-store';
import session from 'express-session';
import createStatementStoreClass from 'express-session-better-sqlite3';
import { expressStoreOperations } from '../express-store.ts';
import { luciaOperations, luciaTables } from '../lucia.ts';
import { onDatabase } from './database-file.ts';

/** better-sqlite3-session-store prepares its statements again on every call, and compares times with `datetime()`. */
export const openSessionStore = (pragmas?: string) =>
  onDatabase('sessions', (open) => {
    const SqliteStore = createStoreClass(session);
    // It ignores its own option for turning off the timer, which would keep this process alive.
    SqliteStore.prototype.startInterval = () => {};
    const store = new SqliteStore({ client: open(pragmas) });
    return { ...expressStoreOperations(store), gc: () => store.clearExpiredSessions() };
  });

/** express-session-better-sqlite3 has no expiry, no touch and no garbage collection. */
export const openStatementStore = onDatabase('express_session', (open) => {
  const StatementStore = createStatementStoreClass(session, open());
  const { touch: _, ...operations } = expressStoreOperations(new StatementStore());
  return operations;
});

export const openLucia = onDatabase('session', (open) => {
  const database = open().exec(luciaTables('integer'));
  return luciaOperations(new BetterSqlite3Adapter(database, { user: 'user', session: 'session' }));
});
