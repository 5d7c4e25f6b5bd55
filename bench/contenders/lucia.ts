import type { SessionContent } from '@store/core';
import type { Adapter, RegisteredDatabaseSessionAttributes } from 'lucia';
import { lifetime, type Operations } from '../contender.ts';

const userId = 'maria';

/** The tables from Lucia's documentation, with a column for the content. */
export const luciaTables = (timestamp: string) => `
  create table "user" (id text primary key not null);
  create table session (id text primary key not null, expires_at ${timestamp} not null,
    user_id text not null references "user" (id), payload text not null);
  insert into "user" values ('${userId}')`;

/** Lucia's adapters keep content as session attributes, which they cannot change later. */
export function luciaOperations(adapter: Adapter): Operations<SessionContent | undefined> {
  return {
    async load(id) {
      const [session] = await adapter.getSessionAndUser(id);
      if (!session || session.expiresAt.getTime() <= Date.now()) return undefined;
      return JSON.parse((session.attributes as { payload: string }).payload) as SessionContent;
    },
    contentOf: (loaded) => loaded,
    save(id, content, now = Date.now()) {
      const attributes = { payload: JSON.stringify(content) } as RegisteredDatabaseSessionAttributes;
      return adapter.setSession({ id, userId, expiresAt: new Date(now + lifetime), attributes });
    },
    writeOnce: true,
    touch: (id) => adapter.updateSessionExpiration(id, new Date(Date.now() + lifetime)),
    destroy: (id) => adapter.deleteSession(id),
    gc: () => adapter.deleteExpiredSessions(),
  };
}
