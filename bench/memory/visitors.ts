import type { SessionStore } from '@store/core';
import { sessionHandler } from '@store/session/fetch';
import { countView, sessionContent, sessionId } from '../workload/content.ts';

/** How a process serves a visitor that it has never seen and will not see again. */
export interface VisitorService {
  name: string;
  title: string;
  /** How many visitors a full run has, as a share of those of the quickest service: so that it ends in minutes. */
  share: number;
  start(store: SessionStore): (visitor: number) => Promise<void>;
}

/** A new session, loaded and written once more: what a store does for a visitor. */
const byStore: VisitorService = {
  name: 'store',
  title: '@store/core and @store/sqlite: save, load, update',
  share: 1,
  start: (store) => async (visitor) => {
    const id = sessionId(visitor);
    const { data, flash } = sessionContent(visitor);
    await store.save(id, data, flash);
    const base = await store.load(id);
    if (!(await store.update(id, countView, { base })))
      throw new Error('A session that was just saved is gone.');
  },
};

/** Two requests of a browser: the first is given a session, the second brings its cookie and changes it. */
const byHandler: VisitorService = {
  name: 'session',
  title: '@store/session/fetch on them: two requests',
  share: 0.1,
  start(store) {
    const handle = sessionHandler<{ views: number; cart: unknown }>(
      (_request, session) => {
        session.update('views', (views = 0) => views + 1);
        return new Response(String(session.get('views')));
      },
      { store },
    );
    return async () => {
      const first = await handle(new Request('https://shop.example/'));
      const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
      const second = await handle(new Request('https://shop.example/', { headers: { cookie } }));
      if ((await second.text()) !== '2')
        throw new Error('A session did not last from one request to the next.');
    };
  },
};

export const services: VisitorService[] = [byStore, byHandler];
