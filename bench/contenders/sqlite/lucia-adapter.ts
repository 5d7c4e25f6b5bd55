import { BetterSqlite3Adapter } from '@lucia-auth/adapter-sqlite';
import type { SessionContent } from '@store/core';
import type { DatabaseSession, RegisteredDatabaseSessionAttributes } from 'lucia';
import type { Contender, OpenContender } from '../../contender.ts';
import { packageVersion } from '../package-version.ts';
import {
  besideDatabase,
  day,
  inTransaction,
  lifetime,
  openDatabase,
  type Settings,
} from './database-file.ts';

const user = 'maria';

/** Lucia's adapter. Content travels as session attributes, which it cannot change later: no save over, no request. */
export function luciaPeer(settings: Settings): Contender {
  return {
    name: packageVersion('@lucia-auth/adapter-sqlite'),
    open(directory): OpenContender<DatabaseSession | null> {
      const database = openDatabase(directory, settings);
      database.exec(
        `create table user (id text not null primary key);
         create table session (id text not null primary key, expires_at integer not null,
           user_id text not null references user(id), payload text not null);
         insert into user values ('${user}')`,
      );
      const adapter = new BetterSqlite3Adapter(database, { user: 'user', session: 'session' });
      const beside = besideDatabase(directory, 'session');

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
        contentOf: (loaded) =>
          loaded && loaded.expiresAt.getTime() > Date.now() ? parsed(loaded) : undefined,
        saveNew: (id, content) => save(id, content),
        touch: (id) => adapter.updateSessionExpiration(id, new Date(Date.now() + lifetime)),
        destroy: (id) => adapter.deleteSession(id),
        gc: () => adapter.deleteExpiredSessions(),
        saveExpired: (id, content) => save(id, content, Date.now() - day),
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

function parsed({ attributes }: DatabaseSession): SessionContent {
  return JSON.parse((attributes as { payload: string }).payload) as SessionContent;
}
