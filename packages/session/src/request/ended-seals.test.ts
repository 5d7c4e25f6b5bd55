import { describe, expect, it } from 'vitest';
import { createBrowser } from '../../test/browser.ts';
import { createVersionedStore } from '../../test/memory-store.ts';
import { type Session, sessionHandler } from '../fetch.ts';
import type { SessionEvent } from '../index.ts';

type Route = (session: Session, request: Request) => unknown;

/** A site whose sessions are in the cookie, served by two processes that share no state. */
function openSealedSite(options: { chunks?: number } = {}) {
  const clock = { now: 1_750_000_000_000 };
  const events: SessionEvent[] = [];
  const routes: Route[] = [];
  const route = (next: Route) => ({ 'X-Route': `${routes.push(next) - 1}` });
  const [one, two] = [1, 2].map(() => {
    const { store } = createVersionedStore(
      { onLoad: () => ({}) },
      { now: () => clock.now, idleTimeout: 1000 },
    );
    return sessionHandler(
      async (request, session) => {
        await routes[Number(request.headers.get('X-Route'))]?.(session, request);
        return new Response(session.subject ?? 'nobody');
      },
      { store, cookie: options, onEvent: (event) => events.push(event) },
    );
  }) as [typeof handler, typeof handler];
  type Handler = (request: Request) => Promise<Response>;
  const handler: Handler = one;
  let process: Handler = one;
  const browser = createBrowser((request) => process(request));
  return {
    clock,
    events,
    cookies: browser.cookies,
    keep: browser.keep,
    header: browser.header,
    /** A visit by the browser to the other process. */
    switchProcess() {
      process = two;
    },
    async visit(next: Route = () => undefined, cookie?: string) {
      const headers = route(next);
      const response = cookie
        ? await process(new Request('https://shop.example/', { headers: { ...headers, cookie } }))
        : await browser.visit('/', { headers });
      return { setCookies: response.headers.getSetCookie(), body: await response.text() };
    },
    /** Sends a request with the browser's current cookies, and returns the `Set-Cookie` lines instead of storing them. */
    async slowly(next: Route) {
      const headers = { ...route(next), Cookie: browser.header() };
      const response = await one(new Request('https://shop.example/', { headers }));
      return response.headers.getSetCookie();
    },
  };
}

const signIn: Route = (session) => session.setSubject('ada');
const write: Route = (session) => session.set('n', 1);
const signOut: Route = (session) => session.invalidate();
const marker = '__Host-session-ended';

describe('a sealed session that exists only in its cookie', () => {
  it.each([
    ['read', () => undefined],
    ['wrote', write],
  ] as [string, Route][])(
    'stays ended when a slow response that %s it sets its cookie again',
    async (_, act) => {
      const site = openSealedSite();
      await site.visit(signIn);
      site.clock.now += 200_000;
      const late = await site.slowly(act);
      expect(late).toHaveLength(1);
      const { setCookies } = await site.visit(signOut);
      expect(setCookies.map((line) => line.split('=')[0])).toContain(marker);
      site.keep(late);
      site.switchProcess();

      const next = await site.visit();
      expect(next.body).toBe('nobody');
      expect(site.events.at(-1)).toMatchObject({
        outcome: 'none',
        cookie: 'cleared',
        reason: 'ended-earlier',
      });
      expect([...site.cookies.keys()]).toEqual([marker]);
      expect((await site.visit()).body).toBe('nobody');
    },
  );

  it('is not put back by a response that is committed after the logout, in the same process', async () => {
    const site = openSealedSite();
    await site.visit(signIn);
    site.clock.now += 200_000;
    let leave = () => {};
    const waiting = site.slowly(async (session) => {
      session.set('n', 1);
      await new Promise<void>((resolve) => {
        leave = resolve;
      });
    });
    await site.visit(signOut);
    leave();
    expect(await waiting).toEqual([]);
    expect(site.events.at(-1)).toMatchObject({ outcome: 'ended-during-request', cookie: 'skipped' });
  });

  it('is renewed by any request, so that a page that only calls fetch keeps its user signed in', async () => {
    const site = openSealedSite();
    await site.visit(signIn);
    site.clock.now += 200_000;
    expect((await site.visit()).setCookies).toHaveLength(1);
    expect(site.events.at(-1)).toMatchObject({ outcome: 'touched', reason: 'renewed' });
  });

  it('leaves a marker that is HttpOnly, lasts two minutes and holds no id', async () => {
    const site = openSealedSite();
    let id = '';
    await site.visit(signIn);
    const { setCookies } = await site.visit((session) => {
      id = session.id;
      session.invalidate();
    });
    expect(setCookies.at(-1)).toMatch(
      /^__Host-session-ended=[\w-]{22}; Max-Age=120; Path=\/; HttpOnly; Secure; Priority=High; SameSite=Lax$/,
    );
    expect(id).not.toContain(site.cookies.get(marker));
  });

  it('does not prevent a new login, and both ended sessions stay ended', async () => {
    const site = openSealedSite();
    const late: string[][] = [];
    for (let round = 0; round < 2; round += 1) {
      expect((await site.visit(signIn)).body).toBe('ada');
      site.clock.now += 1000;
      expect((await site.visit()).body).toBe('ada');
      late.push(await site.slowly(write));
      await site.visit(signOut);
    }
    site.switchProcess();
    for (const setCookies of late) {
      site.keep(setCookies);
      expect((await site.visit()).body).toBe('nobody');
    }
  });

  it('ends when another user signs in to it', async () => {
    const site = openSealedSite();
    await site.visit(signIn);
    const late = await site.slowly(write);
    expect((await site.visit((session) => session.setSubject('eve'))).body).toBe('eve');
    site.keep(late);
    site.switchProcess();
    expect((await site.visit()).body).toBe('nobody');
  });

  it('continues when its user gets a new id', async () => {
    const site = openSealedSite();
    await site.visit(signIn);
    const late = await site.slowly(write);
    await site.visit((session) => session.regenerate());
    expect(site.cookies.has(marker)).toBe(false);
    site.keep(late);
    expect((await site.visit()).body).toBe('ada');
  });

  it('stays ended after its last value was removed', async () => {
    const site = openSealedSite();
    await site.visit(write);
    const late = await site.slowly(write);
    await site.visit((session) => session.clear());
    site.keep(late);
    site.switchProcess();
    await site.visit((session) => expect(session.has('n')).toBe(false));
  });

  it('is cleared with all its pieces', async () => {
    const site = openSealedSite({ chunks: 3 });
    await site.visit(signIn);
    const late = await site.slowly((session) => session.set('n', 'x'.repeat(5000)));
    expect(late).toHaveLength(3);
    await site.visit(signOut);
    site.keep(late);
    site.switchProcess();
    expect((await site.visit()).body).toBe('nobody');
    expect([...site.cookies.keys()]).toEqual([marker]);
  });

  it('is not ended by a malformed marker, which is dropped', async () => {
    const site = openSealedSite();
    await site.visit(signIn);
    site.cookies.set(marker, ',.'.repeat(2000));
    expect((await site.visit()).body).toBe('ada');
    await site.visit(signOut);
    expect(site.cookies.get(marker)).toMatch(/^[\w-]{22}$/);
  });

  it('stays ended when another marker was planted alongside ours', async () => {
    const site = openSealedSite();
    await site.visit(signIn);
    const late = await site.slowly(write);
    await site.visit(signOut);
    site.keep(late);
    site.switchProcess();
    expect((await site.visit(undefined, `${marker}=planted; ${site.header()}`)).body).toBe('nobody');
  });

  it('does not affect the next login when a request from before the logout arrives late', async () => {
    const site = openSealedSite();
    await site.visit(signIn);
    const before = site.header();
    await site.visit(signOut);
    await site.visit(signIn);
    for (const act of [() => undefined, write]) {
      expect((await site.visit(act, before)).setCookies).toEqual([]);
      expect(site.events.at(-1)).toMatchObject({ cookie: 'skipped', reason: 'ended-during-request' });
    }
    expect((await site.visit()).body).toBe('ada');
  });

  it('continues in every process when its replacement could not be written', async () => {
    const site = openSealedSite();
    await site.visit(signIn);
    await expect(
      site.visit((session) => {
        session.invalidate();
        session.flash('notice', 'x'.repeat(9000));
      }),
    ).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect((await site.visit()).body).toBe('ada');
  });
});
