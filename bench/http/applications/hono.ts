import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { getIronSession, webCookies } from 'iron-session';
import { packageVersion } from '../../contenders/package-version.ts';
import type { Application, ShopContent } from '../application.ts';
import { plainEmail, shopContent } from '../shop-content.ts';

function listening(app: Hono): Server {
  return createAdaptorServer({ fetch: app.fetch }) as Server;
}

export const honoBare: Application = {
  name: 'bare',
  module: import.meta.url,
  start() {
    const app = new Hono();
    app.get('/fill/:number', (context) => context.text('filled'));
    app.get('/read', (context) => context.text(plainEmail));
    app.get('/rw', (context) => context.text('1'));
    app.get('/views', (context) => context.text('1'));
    return listening(app);
  },
};

/** iron-session with the jar it has for web-standard requests: a handler that changes the session saves it itself. */
export const ironSessionPeer: Application = {
  name: packageVersion('iron-session'),
  module: import.meta.url,
  start() {
    const options = { cookieName: 'session', password: 'a password of more than thirty-two characters' };
    const sessionOf = ({ req }: Context, headers: Headers) =>
      getIronSession<ShopContent>(webCookies(req.raw, headers), options);
    const app = new Hono();
    app.get('/fill/:number', async (context) => {
      const headers = new Headers();
      const session = await sessionOf(context, headers);
      Object.assign(session, shopContent(Number(context.req.param('number'))));
      await session.save();
      return new Response('filled', { headers });
    });
    app.get('/read', async (context) => {
      const session = await sessionOf(context, new Headers());
      return context.text(session.user?.email ?? 'nobody');
    });
    app.get('/rw', async (context) => {
      const headers = new Headers();
      const session = await sessionOf(context, headers);
      session.views = (session.views ?? 0) + 1;
      await session.save();
      return new Response(String(session.views), { headers });
    });
    app.get('/views', async (context) => {
      const session = await sessionOf(context, new Headers());
      return context.text(String(session.views));
    });
    return listening(app);
  },
};

export const applications = [honoBare, ironSessionPeer];
