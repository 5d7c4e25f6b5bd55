import { describe, expect, it } from 'vitest';
import { createMemoryStore, createPlainCookieStore } from '../../test/memory-store.ts';
import { openLoaded } from '../../test/opened.ts';
import { openSite } from '../../test/site.ts';
import { wrongLifetimes, wrongUses } from '../../test/wrong-options.ts';
import { openSession, readSession, type Session } from '../index.ts';
import { type Lifetime, lifetimeNames } from './lifetime.ts';

const refusal = (text: RegExp) =>
  expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(text) });
const days = 86_400;
const remembered: Lifetime = { idleTimeout: 30 * days, expireOnClose: false };
const forgotten: Lifetime = { expireOnClose: true };

describe('setLifetime', () => {
  it('has a table of invalid uses that covers every option', () => {
    expect(Object.keys(wrongLifetimes).sort()).toEqual([...lifetimeNames].sort());
  });

  it.each(wrongUses(wrongLifetimes))(
    'immediately rejects an invalid type, value or name: %o',
    (lifetime, text) => {
      const { session, journal } = openLoaded();
      expect(() => session.setLifetime(lifetime)).toThrow(refusal(text));
      expect(journal.isChanged).toBe(false);
    },
  );

  it.each([undefined, null, 60, '60', true, [], () => {}])('rejects %o instead of an object', (wrong) => {
    expect(() => openLoaded().session.setLifetime(wrong as never)).toThrow(refusal(/setLifetime\(\)/));
  });

  it('rejects an idle timeout longer than the absolute one, unless that is turned off', () => {
    const limited = createMemoryStore({ absoluteTimeout: 1000 }).store;
    const { session } = openLoaded({}, { store: limited });
    session.setLifetime({ idleTimeout: 1000 });
    expect(() => session.setLifetime({ idleTimeout: 1001 })).toThrow(
      refusal(/idleTimeout must be at most 1000 seconds, the store's absoluteTimeout, not 1001/),
    );
    const unlimited = createMemoryStore({ absoluteTimeout: false }).store;
    openLoaded({}, { store: unlimited }).session.setLifetime({ idleTimeout: 3000 * days });
  });

  it('rejects an idle timeout that would expire before a touch is due', () => {
    const { session } = openLoaded({}, { touchAfter: 600 });
    session.setLifetime({ idleTimeout: 601 });
    for (const idleTimeout of [600, 60])
      expect(() => session.setLifetime({ idleTimeout })).toThrow(
        refusal(/more than touchAfter, 600 seconds/),
      );
  });

  it('leaves omitted fields as they are', () => {
    const { session, journal } = openLoaded({ idleTimeout: 50, expireOnClose: true });
    session.setLifetime({ idleTimeout: 60 });
    session.setLifetime({ idleTimeout: undefined as never, expireOnClose: false });
    expect(journal.take().options).toEqual({ idleTimeout: 60, expireOnClose: false });
    session.setLifetime({});
    session.setLifetime({ expireOnClose: undefined as never });
    expect(journal.isChanged).toBe(false);
  });

  it('is named in the error for calling it by its old name', () => {
    const { session } = openLoaded();
    const { setIdleTimeout } = session as unknown as { setIdleTimeout: (seconds: number) => void };
    expect(() => setIdleTimeout.call(session, 60)).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('setLifetime({ idleTimeout })'),
      }),
    );
  });

  it('throws on a read-only session, and once the headers have been sent', async () => {
    const { store } = createMemoryStore();
    const readOnly = await readSession('', { store });
    expect(() => readOnly.setLifetime(remembered)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    const { session, commit } = await openSession('', { store });
    session.set('n', 1);
    await commit();
    session.set('n', 2);
    expect(() => session.setLifetime(remembered)).toThrow(expect.objectContaining({ code: 'HEADERS_SENT' }));
  });
});

const stores = {
  server: (idleTimeout: number, now: () => number) => createMemoryStore({ idleTimeout, now }).store,
  cookie: (idleTimeout: number, now: () => number) => createPlainCookieStore({ idleTimeout, now }).store,
};

describe.each(Object.entries(stores))('a lifetime on a %s store', (_, createStore) => {
  /** A browser on a site; `visit` makes one request and resolves to the `Max-Age` of the cookie it received. */
  function openBrowser(expireOnClose: boolean) {
    const clock = { now: 1_750_000_000_000 };
    const site = openSite({ store: createStore(1000, () => clock.now), cookie: { expireOnClose } });
    return {
      clock,
      async visit(route: (session: Session) => unknown, path = 'text/html') {
        const { setCookies } = await site.visit((session) => route(session as unknown as Session), {
          accept: path,
        });
        if (setCookies.length === 0) return 'no cookie';
        const [, maxAge] = /; Max-Age=(\d+)/.exec(setCookies[0] as string) ?? [];
        return maxAge === undefined ? 'until the browser closes' : Number(maxAge);
      },
    };
  }
  const logIn = (user: string, lifetime?: Lifetime) => (session: Session) => {
    session.setSubject(user);
    if (lifetime) session.setLifetime(lifetime);
  };
  const change = (session: Session) => session.update('n', (n = 0) => Number(n) + 1);
  const regenerate = (session: Session) => session.regenerate();
  const lives = (session: Session) => expect(session.subject).toBe('ada');

  for (const expireOnClose of [true, false]) {
    it(`follows "remember me", with cookie.expireOnClose ${expireOnClose}`, async () => {
      const ticked = openBrowser(expireOnClose);
      expect(await ticked.visit(logIn('ada', remembered))).toBe(30 * days);
      const unticked = openBrowser(expireOnClose);
      expect(await unticked.visit(logIn('ada', forgotten))).toBe('until the browser closes');
      const untold = openBrowser(expireOnClose);
      expect(await untold.visit(logIn('ada'))).toBe(expireOnClose ? 'until the browser closes' : 1000);
    });

    it(`is kept by later requests when "remember me" is ticked, with cookie.expireOnClose ${expireOnClose}`, async () => {
      const { clock, visit } = openBrowser(expireOnClose);
      await visit(logIn('ada', remembered));
      clock.now += 10 * days * 1000;
      const left = 20 * days;
      expect(await visit(change)).toBe(left);
      expect(await visit(regenerate)).toBe(left);
      clock.now += 10 * days * 1000;
      // This may or may not touch the session, since the absolute limit comes first.
      await visit(lives);
      expect(await visit(regenerate)).toBe(10 * days);
      // A new login restarts the session.
      expect(await visit(logIn('ada'))).toBe(30 * days);
    });

    it(`is kept by later requests when "remember me" is not ticked, with cookie.expireOnClose ${expireOnClose}`, async () => {
      const { clock, visit } = openBrowser(expireOnClose);
      await visit(logIn('ada', forgotten));
      for (let n = 0; n < 3; n++) {
        clock.now += 900_000;
        expect(await visit(lives)).not.toBeTypeOf('number');
        expect(await visit(change)).not.toBeTypeOf('number');
        expect(await visit(regenerate)).toBe('until the browser closes');
      }
      expect(await visit(logIn('ada'))).toBe('until the browser closes');
    });

    it(`changes with the user's next login, with cookie.expireOnClose ${expireOnClose}`, async () => {
      const { visit } = openBrowser(expireOnClose);
      await visit(logIn('ada', remembered));
      expect(await visit(logIn('ada', forgotten))).toBe('until the browser closes');
      expect(await visit(logIn('ada', { expireOnClose: false }))).toBe(30 * days);
      expect(await visit((session) => session.setLifetime({ idleTimeout: 500 }))).toBe(500);
    });

    it(`ends with another user's login, with cookie.expireOnClose ${expireOnClose}`, async () => {
      const { visit } = openBrowser(expireOnClose);
      const untold = expireOnClose ? 'until the browser closes' : 1000;
      await visit(logIn('ada', { idleTimeout: 5000, expireOnClose: !expireOnClose }));
      expect(await visit(logIn('bob'))).toBe(untold);
      expect(await visit(regenerate)).toBe(untold);
      expect(await visit(logIn('eve', remembered))).toBe(30 * days);
    });
  }

  it('may be set before the login that it is for, and before the session exists', async () => {
    const { visit } = openBrowser(false);
    const setThenLogIn = (user: string) => (session: Session) => {
      session.setLifetime({ idleTimeout: 5000 });
      session.setSubject(user);
    };
    expect(await visit(setThenLogIn('ada'))).toBe(5000);
    expect(await visit(setThenLogIn('bob'))).toBe(5000);
    const visitor = openBrowser(false);
    expect(
      await visitor.visit((session) => {
        session.setLifetime({ idleTimeout: 5000 });
        session.set('cart', 1);
      }),
    ).toBe(5000);
    expect(await visitor.visit(logIn('ada'))).toBe(5000);
  });

  it('does not by itself store a session, and is gone after invalidate', async () => {
    const { visit } = openBrowser(false);
    expect(await visit((session) => session.setLifetime(remembered))).toBe('no cookie');
    await visit(logIn('ada', remembered));
    const startOver = (session: Session) => {
      session.invalidate();
      session.set('n', 1);
    };
    expect(await visit(startOver)).toBe(1000);
  });
});
