import { createServer } from 'node:http';
import { createFileSessionStorage } from '@react-router/node';
import { packageVersion } from '../../contenders/package-version.ts';
import type { Application, ShopContent } from '../application.ts';
import { routeOf, shopContent } from '../shop-content.ts';

/** React Router's file storage, its cookie signed as its guide does. A handler that changes the session commits it itself. */
export const reactRouterFile: Application = {
  name: `${packageVersion('@react-router/node')}, file storage`,
  module: import.meta.url,
  start(directory) {
    const { getSession, commitSession } = createFileSessionStorage<{
      [K in keyof ShopContent]: ShopContent[K];
    }>({
      dir: directory,
      cookie: { name: '__session', secrets: ['a secret of more than thirty-two characters'] },
    });
    return createServer(async (request, response) => {
      const { route, number } = routeOf(request.url ?? '');
      const session = await getSession(request.headers.cookie);
      let text = 'filled';
      if (route === 'read') text = session.get('user')?.email ?? 'nobody';
      else if (route === 'views') text = String(session.get('views'));
      else if (route === 'rw') {
        const views = (session.get('views') ?? 0) + 1;
        session.set('views', views);
        text = String(views);
      } else {
        const content = shopContent(number);
        for (const key of Object.keys(content) as (keyof ShopContent)[]) session.set(key, content[key]);
      }
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      if (route === 'rw' || route === 'fill') response.setHeader('Set-Cookie', await commitSession(session));
      response.end(text);
    });
  },
};

export const applications = [reactRouterFile];
