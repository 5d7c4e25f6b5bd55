import * as cookie from '@store/cookie';
import type { SessionStore } from '@store/core';
import * as sqlite from '@store/sqlite';

/** Sessions in the cookie, and which of them have ended in SQLite. */
export async function startRevocable(
  database: string,
  password: string,
): Promise<Record<'store' | 'revocations', SessionStore>> {
  const revocations = await sqlite.startSession({ database, table: 'revocations', cache: false });
  const store = await cookie.startSession({ password, revocations });
  setInterval(() => revocations.gc(), 3_600_000).unref();
  return { store, revocations };
}
