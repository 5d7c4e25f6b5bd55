import type { SessionStore } from '@store/core';
import type { Visitor } from './framework.ts';
import { Gate } from './gate.ts';

/** A response whose headers must all be gone when an error replaces it. */
export const page = {
  status: 201,
  headers: {
    ETag: '"the-page"',
    'Last-Modified': 'Wed, 21 Oct 2015 07:28:00 GMT',
    Location: '/the-page',
    'Content-Language': 'en',
    'Content-Disposition': 'inline',
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'public, max-age=3600',
  },
  cookie: { name: 'theme', value: 'dark' },
  text: 'the page',
} as const;

/** An application error that the error handler turns into a 409. */
export class Conflict extends Error {}
/** An application error after which the error handler sends the visitor back with a message. */
export class TryAgain extends Error {}

/** What the error handler has to do: redirect if `location` is set, otherwise respond with the status and the text. */
export interface Recovery {
  status: number;
  text: string;
  location?: string;
}

/** What routes do with the session, the same under every framework. */
export interface Acts {
  signIn(session: Visitor, user: string): void;
  /** Signs in with "remember me" ticked: for 30 days, whatever the cookie's options. */
  remember(session: Visitor, user: string): void;
  signOut(session: Visitor): void;
  /** Ends every session of the session's user. */
  endAll(session: Visitor): Promise<void>;
  /** The session's content. Reads the flash message, and so consumes it. */
  describe(session: Visitor): object;
  set(session: Visitor, key: string): void;
  /** Sets the key, then waits at `gates.slow`. */
  slow(session: Visitor, key: string): Promise<void>;
  /** Sets `early` when called, and between its two chunks waits at `gates.stream` and sets `late`. */
  chunks(session: Visitor): AsyncGenerator<string, void>;
  /** Sets `early` when called; yields one chunk, waits at `gates.stream`, and throws. */
  broken(session: Visitor): AsyncGenerator<string, void>;
  /** Sets a key, then throws. */
  throwError(session: Visitor): never;
  /** Sets a key, then rejects. */
  reject(session: Visitor): Promise<never>;
  /** Sets a key, then throws a {@link Conflict}. */
  conflict(session: Visitor): never;
  /** Sets a key, then throws a {@link TryAgain}. */
  tryAgain(session: Visitor): never;
  /** Sets more than a cookie can hold. */
  big(session: Visitor): void;
  /**
   * What the application's error handler does for any error. For some, it leaves a message in the session, if the request has one.
   *
   * @param sessionOf Called only if the request has a session, which is not the case if it could not be loaded.
   */
  recover(error: unknown, sessionOf: () => Visitor): Recovery;
  /** How many times `recover` has left a message. */
  readonly recovered: number;
  /** If set, the status of every `recover` response that is not a redirect, whatever the error. */
  errorStatus: number | undefined;
}

export interface Gates {
  slow: Gate;
  stream: Gate;
  /** Reached by every `chunks` stream that is closed, whether it has started or not. */
  closed: Gate;
}

export function createGates(): Gates {
  return { slow: new Gate(), stream: new Gate(), closed: new Gate() };
}

/** @param store For routes that call the store directly. */
export function createActs(store: SessionStore, gates: Gates): Acts {
  let recovered = 0;
  let errorStatus: number | undefined;
  const leaveMessage = (session: Visitor, message: string) => {
    session?.flash('notice', message);
    recovered += 1;
  };
  const set = (session: Visitor, key: string) => session?.set(key, 1);

  async function* chunks(session: Visitor) {
    yield 'one ';
    await gates.stream.pass();
    set(session, 'late');
    yield 'two';
  }
  async function* broken() {
    yield 'one ';
    await gates.stream.pass();
    throw new Error('The stream fails on purpose');
  }

  const signIn = (session: Visitor, user: string) => {
    session?.setSubject(user);
    session?.set('name', user);
    session?.flash('notice', `Welcome, ${user}`);
  };

  return {
    signIn,
    remember(session, user) {
      signIn(session, user);
      session?.setLifetime({ idleTimeout: 2_592_000, expireOnClose: false });
    },
    signOut: (session) => session?.invalidate(),
    async endAll(session) {
      await store.destroyAll(session?.subject ?? 'nobody');
    },
    describe: (session) => ({
      subject: session?.subject ?? null,
      notice: session?.getFlash('notice') ?? null,
      keys: Object.keys(session?.all() ?? {}).sort(),
    }),
    set,
    async slow(session, key) {
      set(session, key);
      await gates.slow.pass();
    },
    chunks(session) {
      set(session, 'early');
      const generator = chunks(session);
      // A generator that has not started can end without running any of its code, so its methods are wrapped from outside.
      const { return: end, throw: fail } = generator;
      generator.return = (value) => {
        void gates.closed.pass();
        return end.call(generator, value);
      };
      generator.throw = (error) => {
        void gates.closed.pass();
        return fail.call(generator, error);
      };
      return generator;
    },
    broken(session) {
      set(session, 'early');
      return broken();
    },
    throwError(session) {
      set(session, 'lost');
      throw new Error('Thrown on purpose');
    },
    async reject(session) {
      set(session, 'lost');
      await Promise.resolve();
      throw new Error('Rejected on purpose');
    },
    conflict(session) {
      set(session, 'lost');
      throw new Conflict('On purpose');
    },
    tryAgain(session) {
      set(session, 'lost');
      throw new TryAgain('On purpose');
    },
    big: (session) => session?.set('big', 'b'.repeat(5000)),
    recover(error, sessionOf) {
      if (error instanceof TryAgain) {
        leaveMessage(sessionOf(), 'Please try again');
        return { status: 303, text: '', location: '/me' };
      }
      const status = errorStatus ?? (error instanceof Conflict ? 409 : statusOf(error));
      // A 5xx writes nothing, not even this.
      if (error instanceof Error && error.message === 'Thrown on purpose')
        leaveMessage(sessionOf(), 'Something went wrong');
      return { status, text: `handled ${status}` };
    },
    get recovered() {
      return recovered;
    },
    get errorStatus() {
      return errorStatus;
    },
    set errorStatus(status) {
      errorStatus = status;
    },
  };
}

function statusOf(error: unknown): number {
  const { status, statusCode } = (error ?? {}) as { status?: number; statusCode?: number };
  return status ?? statusCode ?? 500;
}
