import { join } from 'node:path';
import { startSession as startCookie } from '@store/cookie';
import { startSession as startFile } from '@store/file';
import type { Session } from '@store/session';
import { startSession as startSqlite } from '@store/sqlite';
import type { SessionUse, ShopContent } from '../application.ts';

/** Our stores, as an application starts them. */
export const startStore = {
  '@store/sqlite': (directory: string) => startSqlite({ database: join(directory, 'sessions.db') }),
  '@store/file': (directory: string) => startFile({ directory }),
  '@store/cookie': () => startCookie({ password: 'a password of more than thirty-two characters' }),
};

/** What the handlers do with a session of ours. */
export function storeUse<Request>(
  sessionOf: (request: Request) => Session<ShopContent>,
): SessionUse<Request> {
  return {
    fill(request, content) {
      const session = sessionOf(request);
      for (const key of Object.keys(content) as (keyof ShopContent)[]) session.set(key, content[key]);
    },
    email: (request) => sessionOf(request).get('user')?.email ?? 'nobody',
    count(request) {
      const session = sessionOf(request);
      session.update('views', (views = 0) => views + 1);
      return session.get('views') ?? 0;
    },
    views: (request) => sessionOf(request).get('views') ?? 0,
  };
}
