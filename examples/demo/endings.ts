import { hash } from 'node:crypto';
import type { OnSessionEvent } from '@store/session';
import type { Request, RequestHandler } from 'express';
import type { Backend } from './backends/backend.ts';
import { sessionOf } from './demo-session.ts';
import { cookieOf, keyOf } from './session-cookie.ts';

const endings = ['other-device', 'other-tab', 'expired', 'unknown'] as const;

/** How a session that a page or a cookie still refers to has ended. */
export type Ending = (typeof endings)[number];

/** The state of the session that a request's cookie names. An `emptied` session has also ended, but needs no notice. */
type State = Ending | 'no-cookie' | 'alive' | 'moving' | 'emptied';

type Reason = Extract<State, 'other-device' | 'other-tab' | 'emptied'>;

function isEnding(state: State): state is Ending {
  return (endings as readonly State[]).includes(state);
}

export interface Endings {
  /** Records that these sessions were ended from another device. */
  note(handles: Iterable<string>): void;
  /** Records that the session of this request was signed out, for requests that other tabs send with the old cookie. */
  noteSignOut(request: Request): void;
  /** For the `onEvent` option of the session middleware: records sessions that ended because nothing was left in them. */
  onEvent: OnSessionEvent<Request>;
  /** How the session named by the request's cookie ended; `undefined` when it is alive or the request has no cookie. */
  ofCookie(request: Request): Promise<Ending | undefined>;
  /** How a page's session ended. The page passes the result of {@link markOf} in `?session=`. */
  ofPage(request: Request): Promise<Ending | undefined>;
  /** Leaves a flash message for the next page when a form is sent for a session that has ended. */
  middleware: RequestHandler;
}

/** Identifies whose session a page belongs to, without putting a name into a URL that proxies log. */
export function markOf(subject: string | undefined): string {
  return subject === undefined ? 'visitor' : hash('sha256', subject, 'base64url').slice(0, 16);
}

/** Records in memory why sessions ended, because the store removes a record without a trace. */
export function createEndings({ store, look }: Backend, { size = 1000 } = {}): Endings {
  const reasons = new Map<string, Reason>();

  function remember(key: string, reason: Reason): void {
    reasons.set(key, reason);
    const [oldest] = reasons.keys();
    if (reasons.size > size && oldest !== undefined) reasons.delete(oldest);
  }

  async function stateOf(request: Request): Promise<State> {
    const cookie = cookieOf(request);
    if (!cookie) return 'no-cookie';
    if (!sessionOf(request).isNew) return 'alive';
    const reason = reasons.get(keyOf(cookie));
    if (reason) return reason;
    // Another request from this browser gave the session a new id, and the new cookie is on its way.
    if ((await store.load(cookie.value)).moved) return 'moving';
    const held = await look(cookie.value);
    return held && held.expiresAt <= store.timeouts.now() ? 'expired' : 'unknown';
  }

  async function ofCookie(request: Request): Promise<Ending | undefined> {
    const state = await stateOf(request);
    return isEnding(state) ? state : undefined;
  }

  return {
    note(handles) {
      for (const handle of handles) remember(handle, 'other-device');
    },
    noteSignOut(request) {
      const cookie = cookieOf(request);
      if (cookie) remember(keyOf(cookie), 'other-tab');
    },
    onEvent(event, request) {
      const cookie = cookieOf(request);
      if (cookie && event.outcome === 'emptied') remember(keyOf(cookie), 'emptied');
    },
    ofCookie,
    async ofPage(request) {
      const had = request.query.session;
      if (had === undefined) return undefined;
      const state = await stateOf(request);
      if (isEnding(state)) return state;
      const isSignedOut = had !== 'visitor' && markOf(sessionOf(request).subject) !== had;
      return isSignedOut && state !== 'moving' ? 'other-tab' : undefined;
    },
    async middleware(request, response, next) {
      if (request.method !== 'POST' || request.path === '/sign-in') return next();
      const ending = await ofCookie(request);
      if (!ending) return next();
      sessionOf(request).flash('ending', ending);
      // The cart forms can begin a new session. Every other form needs the session that has ended.
      if (request.path.startsWith('/cart/') || request.path === '/delivery') return next();
      response.redirect(303, '/#account');
    },
  };
}
