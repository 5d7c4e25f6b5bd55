import type { SessionContent } from '@store/core';
import type { Session, Store } from 'express-session';
import type { OpenContender } from '../contender.ts';

/** What express-session hands to its stores: the content beside the cookie. */
export interface ExpressSession extends Session, SessionContent {}

function expressSession({ data, flash }: SessionContent, expires: number): ExpressSession {
  const maxAge = expires - Date.now();
  const cookie = { originalMaxAge: maxAge, maxAge, expires: new Date(expires), httpOnly: true, path: '/' };
  return { cookie, data, flash };
}

/** Turns a callback into a promise, as `util.promisify` does, without its cost per call. */
function answer<T>(
  call: (callback: (error?: unknown, result?: T | null) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    call((error, result) => {
      if (error) reject(error);
      else resolve(result ?? undefined);
    });
  });
}

/** The timed half of any express-session store, through the functions that express-session calls. */
export function expressStoreOperations(
  store: Store<ExpressSession>,
  lifetime: number,
): Required<
  Pick<
    OpenContender<ExpressSession | undefined>,
    'load' | 'contentOf' | 'saveNew' | 'saveOver' | 'update' | 'touch' | 'destroy' | 'saveExpired'
  >
> {
  const save = (id: string, content: SessionContent, expires = Date.now() + lifetime) =>
    answer((done) => store.set(id, expressSession(content, expires), done));
  return {
    load: (id) => answer((done) => store.get(id, done)),
    contentOf: (loaded) => loaded && { data: loaded.data, flash: loaded.flash },
    saveNew: (id, content) => save(id, content),
    saveOver: (id, content) => save(id, content),
    async update(id, loaded, change) {
      if (loaded) await save(id, change(loaded));
    },
    async touch(id, loaded) {
      if (!loaded) return;
      const touched = expressSession(loaded, Date.now() + lifetime);
      await answer((done) => store.touch?.(id, touched, done));
    },
    destroy: (id) => answer((done) => store.destroy(id, done)),
    saveExpired: (id, content) => save(id, content, Date.now() - 86_400_000),
  };
}
