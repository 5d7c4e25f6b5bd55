import type { SessionStore } from '@store/core';
import { sessionKey } from '@store/core/driver';
import { Router } from 'express';
import { type Notice, sessionOf } from '../demo-session.ts';
import type { Endings } from '../endings.ts';

/** Ends sessions of the same person: one, all others, or all. */
export function deviceRoutes(store: SessionStore, endings: Endings): Router {
  const router = Router();

  router.post('/devices/log-out', async (request, response) => {
    const session = sessionOf(request);
    const handle = String(request.body?.handle ?? '');
    if (session.subject === undefined) return response.redirect(303, '/#account');
    if (handle === sessionKey(session.id)) {
      session.invalidate();
      return response.redirect(303, '/#account');
    }
    const ended = await store.destroyAll(session.subject, { only: handle });
    if (ended > 0) endings.note([handle]);
    session.flash('notice', loggedOut(ended));
    response.redirect(303, '/#devices');
  });

  router.post('/devices/log-out-others', async (request, response) => {
    const session = sessionOf(request);
    if (session.subject === undefined) return response.redirect(303, '/#account');
    const others = await othersOf(session.subject, session.id);
    const ended = await store.destroyAll(session.subject, { except: session.id });
    endings.note(others);
    session.flash('notice', store.kind === 'cookie' ? loggedOutUncounted : loggedOut(ended));
    response.redirect(303, '/#devices');
  });

  router.post('/devices/log-out-all', async (request, response) => {
    const session = sessionOf(request);
    if (session.subject !== undefined) {
      const others = await othersOf(session.subject, session.id);
      await store.destroyAll(session.subject);
      endings.note(others);
    }
    session.invalidate();
    response.redirect(303, '/#account');
  });

  /** Call before the sessions end, because they cannot be listed afterwards. Sessions in cookies can never be listed. */
  async function othersOf(subject: string, id: string): Promise<string[]> {
    if (store.kind === 'cookie') return [];
    const own = sessionKey(id);
    return (await store.list(subject)).map(({ handle }) => handle).filter((handle) => handle !== own);
  }

  return router;
}

/** Used for sessions in cookies, because the store does not know how many there are. */
const loggedOutUncounted: Notice = {
  tone: 'good',
  text: 'Every other device is logged out. It takes effect immediately.',
};

function loggedOut(devices: number): Notice {
  if (devices === 0) return { tone: 'bad', text: 'That device was already logged out.' };
  const what = devices === 1 ? 'One device is' : `${devices} devices are`;
  return { tone: 'good', text: `${what} logged out. It takes effect immediately.` };
}
