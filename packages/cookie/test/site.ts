import type { SessionStore } from '@store/core';
import type { SessionEvent } from '@store/session';
import { type FetchSessionOptions, type Session, sessionHandler } from '@store/session/fetch';

export type SiteData = { name: string; n: number; [key: string]: string | number };

/** A site with one route that uses a store, and browsers that visit it, each with separate cookies. */
export function openSite(store: SessionStore, options: FetchSessionOptions<SiteData> = {}) {
  const events: SessionEvent[] = [];
  const routes = new Map<string, (session: Session<SiteData>) => unknown>();
  const fetch = sessionHandler<SiteData>(
    async (request, session) => {
      await routes.get(request.headers.get('X-Route') ?? '')?.(session);
      return new Response('ok');
    },
    { store, random: () => 1, onEvent: (event) => events.push(event), ...options },
  );

  function openBrowser(cookies = new Map<string, string>()) {
    return {
      cookies,
      /** Another browser that has a copy of the cookies. */
      copy: () => openBrowser(new Map(cookies)),
      async visit(
        route: (session: Session<SiteData>) => unknown = () => {},
        more: Record<string, string> = {},
      ) {
        const name = String(routes.size);
        routes.set(name, route);
        const Cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
        const headers = { 'X-Route': name, ...(Cookie && { Cookie }), ...more };
        const response = await fetch(new Request('https://shop.example/', { headers }));
        const setCookies = response.headers.getSetCookie();
        for (const setCookie of setCookies) {
          const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(setCookie) ?? [];
          if (/; Max-Age=0/.test(setCookie)) cookies.delete(key);
          else cookies.set(key, value);
        }
        return { status: response.status, setCookies };
      },
      /** The value of `name` in the browser's session. */
      async read(key: keyof SiteData) {
        let found: unknown;
        await this.visit((session) => {
          found = session.get(key as 'name');
        });
        return found;
      },
    };
  }

  return { openBrowser, events };
}
