import { type FetchSessionOptions, type Session, sessionHandler } from '../src/fetch.ts';
import type { SessionEvent } from '../src/index.ts';
import { createBrowser } from './browser.ts';
import { createMemoryStore } from './memory-store.ts';

export type SiteData = { name: string; n: number };
/** Returns a response, or nothing to get the default one, `ok`. */
type Route = (session: Session<SiteData>, request: Request) => unknown;

/** A browser on a site whose one route can be changed between visits. */
export function openSite(
  options: Partial<FetchSessionOptions<SiteData>> & {
    idleTimeout?: number;
    absoluteTimeout?: number;
    origin?: string;
  } = {},
) {
  const { idleTimeout = 1000, absoluteTimeout, origin, ...sessionOptions } = options;
  const clock = { now: 1_750_000_000_000 };
  const behind = createMemoryStore({
    now: () => clock.now,
    idleTimeout,
    ...(absoluteTimeout !== undefined && { absoluteTimeout }),
  });
  const events: SessionEvent[] = [];
  let route: Route = () => undefined;
  const browser = createBrowser(
    sessionHandler<SiteData>(
      async (request, session) => {
        const answer = await route(session, request);
        return answer instanceof Response ? answer : new Response('ok');
      },
      {
        store: behind.store,
        random: () => 1,
        onEvent: (event) => events.push(event),
        ...sessionOptions,
      },
    ),
    origin,
  );
  return {
    ...behind,
    clock,
    events,
    cookies: browser.cookies,
    async visit(next: Route = () => undefined, headers: Record<string, string> = {}) {
      route = next;
      behind.calls.length = 0;
      const response = await browser.visit('/', { headers });
      return { response, setCookies: response.headers.getSetCookie(), calls: [...behind.calls] };
    },
  };
}
