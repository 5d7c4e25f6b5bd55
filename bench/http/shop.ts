import { join } from 'node:path';
import { startSession as startCookie } from '@store/cookie';
import { startSession as startFile } from '@store/file';
import { startSession as startSqlite } from '@store/sqlite';
import { sessionContent } from '../workload/content.ts';

/**
 * The routes of every application: `/fill/<n>` fills a new session with content number n; for a visitor who returns with its
 * cookie, `/read` returns one value (the email address), `/rw` counts a page view, and `/views` returns the count.
 */
export const routes = ['fill', 'read', 'rw', 'views'] as const;
export type Route = (typeof routes)[number];

/** The content of a session: the workload's data and flash side by side, as most libraries keep them. */
export interface ShopContent {
  user: { id: number; name: string; email: string; roles: string[] };
  locale: string;
  theme: string;
  csrf: string;
  cart: { sku: string; title: string; quantity: number; price: number }[];
  visited: string[];
  views: number;
  flash: { notice: string };
}

export function shopContent(n: number): ShopContent {
  const { data, flash } = sessionContent(n);
  return { ...data, flash } as unknown as ShopContent;
}

/** One visitor's session, with the methods that most libraries have in common. */
export interface ShopSession {
  get<Key extends keyof ShopContent>(key: Key): ShopContent[Key] | undefined;
  /** The value is untyped, because each library has its own type for what can be stored. */
  set(key: keyof ShopContent, value: never): unknown;
  /** Increments without losing a parallel request's increment, if the library can. */
  update?(key: 'views', change: (views?: number) => number): unknown;
}

/** Does the route's work on the visitor's session. @returns the response text */
export function visit(session: ShopSession, route: Route, number: number): string {
  if (route === 'read') return session.get('user')?.email ?? 'nobody';
  if (route === 'fill') {
    const content = shopContent(number);
    for (const key of Object.keys(content) as (keyof ShopContent)[]) session.set(key, content[key] as never);
    return 'filled';
  }
  if (route === 'rw') {
    if (session.update) session.update('views', (views = 0) => views + 1);
    else session.set('views', ((session.get('views') ?? 0) + 1) as never);
  }
  return String(session.get('views') ?? 0);
}

/** Without sessions: the same responses for everyone. */
export const nobody: ShopSession = (() => {
  const content = { ...shopContent(0), views: 1 };
  return { get: (key) => content[key], set() {} };
})();

/** A session that is a plain object, read from and assigned to directly. */
export function asProperties(session: Partial<ShopContent>): ShopSession {
  return {
    get: (key) => session[key],
    set: (key, value) => {
      session[key] = value;
    },
  };
}

/** The route and its number, for a server without a router. */
export function routeOf(path: string): [Route, number] {
  const [, route = '', number = '0'] = path.split('/');
  return [route as Route, Number(number)];
}

export const secret = 'a secret of more than thirty-two characters';

/** Our stores, started the way an application starts them. */
export const stores = {
  '@store/sqlite': (directory: string) => startSqlite({ database: join(directory, 'sessions.db') }),
  '@store/file': (directory: string) => startFile({ directory }),
  '@store/cookie': () => startCookie({ password: secret }),
};
export type StoreName = keyof typeof stores;
