import { NodePostgresAdapter } from '@lucia-auth/adapter-postgresql';
import type { SessionContent } from '@store/core';
import type { DatabaseSession, RegisteredDatabaseSessionAttributes } from 'lucia';
import type { Contender } from '../../contender.ts';
import { day, lifetime } from '../lifetime.ts';
import { packageVersion } from '../package-version.ts';
import { postgresContender } from './postgres-contender.ts';

const user = 'maria';

/** Lucia's adapter. Content travels as session attributes, which it cannot change later: no save over, no request. */
export const luciaPeer: Contender = postgresContender(
  packageVersion('@lucia-auth/adapter-postgresql'),
  'session',
  async (pool) => {
    await pool.query(
      `create table "user" (id text primary key);
       create table session (id text primary key, user_id text not null references "user" (id),
         expires_at timestamptz not null, payload text not null);
       insert into "user" values ('${user}')`,
    );
    const adapter = new NodePostgresAdapter(pool, { user: 'user', session: 'session' });

    const save = (id: string, content: SessionContent, expires = Date.now() + lifetime) => {
      const attributes = { payload: JSON.stringify(content) } as RegisteredDatabaseSessionAttributes;
      return adapter.setSession({ id, userId: user, expiresAt: new Date(expires), attributes });
    };

    return {
      async load(id) {
        const [session] = await adapter.getSessionAndUser(id);
        if (session) parsed(session);
        return session;
      },
      contentOf: (loaded) => (loaded && loaded.expiresAt.getTime() > Date.now() ? parsed(loaded) : undefined),
      saveNew: (id, content) => save(id, content),
      touch: (id) => adapter.updateSessionExpiration(id, new Date(Date.now() + lifetime)),
      destroy: (id) => adapter.deleteSession(id),
      gc: () => adapter.deleteExpiredSessions(),
      saveExpired: (id, content) => save(id, content, Date.now() - day),
    };
  },
);

function parsed({ attributes }: DatabaseSession): SessionContent {
  return JSON.parse((attributes as { payload: string }).payload) as SessionContent;
}
