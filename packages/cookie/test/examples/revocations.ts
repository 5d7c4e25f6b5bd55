import * as cookie from '@store/cookie';
import type { SessionStore } from '@store/core';
import * as sqlite from '@store/sqlite';

/** Keeps sessions in the cookie, and records in SQLite which of them have ended. */
export async function startRevocable(
  database: string,
  password: string,
): Promise<Record<'store' | 'revocations', SessionStore>> {
  const revocations = await sqlite.startSession({ database, table: 'revocations', cache: false });
  const store = await cookie.startSession({ password, revocations });
  setInterval(() => revocations.gc(), 3_600_000).unref();
  return { store, revocations };
}
