import { generatePassword, startSession } from '@store/cookie';
import type { Contender } from '../../contender.ts';
import { cookieContender, lifetime } from './cookie-contender.ts';

/** @store/cookie, as the middleware calls it. @param portable As on a runtime that has no synchronous crypto. */
export function storeCookieContender(name: string, { portable = false } = {}): Contender {
  return cookieContender(name, async () => {
    const lookup = process.getBuiltinModule;
    if (portable) Object.assign(process, { getBuiltinModule: undefined });
    const store = await startSession({
      password: generatePassword(),
      idleTimeout: lifetime,
      cache: false,
    }).finally(() => Object.assign(process, { getBuiltinModule: lookup }));
    return {
      seal: (id, { data, flash }) => store.cookieValue(id, data, flash),
      async open(cookie) {
        const { exists, data, flash } = await store.load(cookie);
        return exists ? { data, flash } : undefined;
      },
    };
  });
}
