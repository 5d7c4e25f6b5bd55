import type { SessionContent } from '@store/core';
import type { Store } from 'express-session';
import { lifetime, type Operations } from '../contender.ts';

/** What express-session passes to its stores: the content, alongside the cookie. */
type ExpressSession = SessionContent & { cookie: object };

function expressSession({ data, flash }: SessionContent, now: number): ExpressSession {
  const expires = new Date(now + lifetime);
  const maxAge = expires.getTime() - Date.now();
  return { cookie: { originalMaxAge: maxAge, maxAge, expires, httpOnly: true, path: '/' }, data, flash };
}

/** Turns a callback into a promise, as `util.promisify` does, without its cost per call. */
export function promised<T>(
  call: (done: (error?: unknown, result?: T | null) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result ?? undefined)));
  });
}

/** Any express-session store, called through the functions that express-session uses. */
export function expressStoreOperations(store: Store<ExpressSession>) {
  return {
    load: (id) => promised((done) => store.get(id, done)),
    contentOf: (loaded) => loaded && { data: loaded.data, flash: loaded.flash },
    save: (id, content, now = Date.now()) =>
      promised((done) => store.set(id, expressSession(content, now), done)),
    touch: (id, loaded) =>
      promised((done) => store.touch?.(id, expressSession(loaded as ExpressSession, Date.now()), done)),
    destroy: (id) => promised((done) => store.destroy(id, done)),
  } satisfies Operations<ExpressSession | undefined>;
}
