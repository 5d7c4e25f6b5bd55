import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import type { SessionEvent } from '../index.ts';
import { type Session, sessionHandler } from '../node.ts';

interface Person {
  name: string;
  seen: boolean;
}

/** A site with a route that loads its session and then waits until the test lets it continue. */
async function serveSlowRoute(
  slow: (session: Session<Person>) => void,
  routes: { [path: string]: (session: Session<Person>) => void },
) {
  const { store, records } = createMemoryStore();
  const events: SessionEvent[] = [];
  let arrived = () => {};
  let goOn = () => {};
  const answer = (response: ServerResponse, session: Session<Person>) => {
    response.end(JSON.stringify({ name: session.get('name') ?? null, subject: session.subject ?? null }));
  };
  const handle = async (request: IncomingMessage, response: ServerResponse, session: Session<Person>) => {
    if (request.url === '/slow') {
      await new Promise<void>((resolve) => {
        goOn = resolve;
        arrived();
      });
      slow(session);
    } else routes[request.url ?? '']?.(session);
    answer(response, session);
  };
  const { browser } = await serve(
    sessionHandler<Person>(handle, { store, random: () => 1, onEvent: (event) => events.push(event) }),
  );
  const tab = browser();
  return {
    ...tab,
    store,
    records,
    events,
    /** Starts the slow request, and resolves to a function that finishes it once its session is loaded. */
    async startSlow() {
      const loaded = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const done = tab.visit('/slow');
      await loaded;
      return () => {
        goOn();
        return done;
      };
    },
  };
}

const signIn = (session: Session<Person>) => {
  session.setSubject('7');
  session.set('name', 'Ada');
};

describe('parallel requests', () => {
  it('stay logged out when a logout happens during a slow request that writes', async () => {
    const site = await serveSlowRoute((session) => session.set('seen', true), {
      '/sign-in': signIn,
      '/sign-out': (session) => session.invalidate(),
    });
    await site.visit('/sign-in');
    const finishSlow = await site.startSlow();
    await site.visit('/sign-out');
    const slow = await finishSlow();
    expect([slow.status, slow.setCookies]).toEqual([200, []]);
    expect(site.events.at(-1)).toMatchObject({
      outcome: 'ended-during-request',
      cookie: 'skipped',
      reason: 'ended-during-request',
    });
    expect(site.records.size).toBe(0);
    expect(JSON.parse((await site.visit('/')).body)).toEqual({ name: null, subject: null });
  });

  it('do not log the user out when a login moves the session during a slow request with the old id', async () => {
    const site = await serveSlowRoute((session) => session.set('seen', true), {
      '/first': (session) => session.set('name', 'visitor'),
      '/sign-in': signIn,
    });
    await site.visit('/first');
    const finishSlow = await site.startSlow();
    await site.visit('/sign-in');
    const slow = await finishSlow();
    expect([slow.status, slow.setCookies]).toEqual([200, []]);
    expect(JSON.parse((await site.visit('/')).body)).toEqual({ name: 'Ada', subject: '7' });
    expect(await site.store.count()).toBe(1);
  });

  it('keep what another request wrote during a slow login', async () => {
    const site = await serveSlowRoute(signIn, {
      '/first': (session) => session.set('name', 'visitor'),
      '/write': (session) => session.set('seen', true),
    });
    await site.visit('/first');
    const finishSlow = await site.startSlow();
    await site.visit('/write');
    await finishSlow();
    const [session, ...others] = await site.store.list('7');
    expect([session?.data.seen, others]).toEqual([true, []]);
    expect(JSON.parse((await site.visit('/')).body)).toEqual({ name: 'Ada', subject: '7' });
  });

  it('regenerate only once: the other request loses its changes and sets no cookie', async () => {
    const site = await serveSlowRoute((session) => session.regenerate(), {
      '/first': (session) => session.set('name', 'visitor'),
      '/regenerate': (session) => session.regenerate(),
    });
    await site.visit('/first');
    const finishSlow = await site.startSlow();
    expect((await site.visit('/regenerate')).setCookies).toHaveLength(1);
    expect((await finishSlow()).setCookies).toEqual([]);
    expect(JSON.parse((await site.visit('/')).body)).toEqual({ name: 'visitor', subject: null });
  });
});
