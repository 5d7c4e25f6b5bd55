import type { Server } from 'node:http';
import fastifyCookie from '@fastify/cookie';
import secureSession from '@fastify/secure-session';
import fastifySession from '@fastify/session';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { packageVersion } from '../../contenders/package-version.ts';
import type { Application, SessionUse, ShopContent } from '../application.ts';
import { plainEmail, shopContent } from '../shop-content.ts';

function fastifyApplication(
  name: string,
  { fill, email, count, views }: SessionUse<FastifyRequest>,
  register: (app: FastifyInstance) => unknown,
): Application {
  return {
    name,
    module: import.meta.url,
    async start(): Promise<Server> {
      const app = fastify();
      await register(app);
      app.get<{ Params: { number: string } }>('/fill/:number', (request, reply) => {
        fill(request as FastifyRequest, shopContent(Number(request.params.number)));
        reply.send('filled');
      });
      app.get('/read', (request, reply) => {
        reply.send(email(request));
      });
      app.get('/rw', (request, reply) => {
        reply.send(String(count(request)));
      });
      app.get('/views', (request, reply) => {
        reply.send(String(views(request)));
      });
      await app.ready();
      return app.server;
    },
  };
}

/** What both plugins give out as `request.session`; their own types contradict each other. */
interface PluginSession {
  get<Key extends keyof ShopContent>(key: Key): ShopContent[Key] | undefined;
  set<Key extends keyof ShopContent>(key: Key, value: ShopContent[Key]): void;
}

const sessionOf = (request: FastifyRequest) => (request as unknown as { session: PluginSession }).session;

const byMethods: SessionUse<FastifyRequest> = {
  fill(request, content) {
    const session = sessionOf(request);
    for (const key of Object.keys(content) as (keyof ShopContent)[]) session.set(key, content[key]);
  },
  email: (request) => sessionOf(request).get('user')?.email ?? 'nobody',
  count(request) {
    const session = sessionOf(request);
    const views = (session.get('views') ?? 0) + 1;
    session.set('views', views);
    return views;
  },
  views: (request) => sessionOf(request).get('views') ?? 0,
};

const withoutSession: SessionUse<FastifyRequest> = {
  fill() {},
  email: () => plainEmail,
  count: () => 1,
  views: () => 1,
};

const secret = 'a secret of more than thirty-two characters';

export const fastifyBare = fastifyApplication('bare', withoutSession, () => {});

export const fastifySessionPeer = fastifyApplication(
  `${packageVersion('@fastify/session')} (memory)`,
  byMethods,
  async (app) => {
    await app.register(fastifyCookie);
    await app.register(fastifySession, { secret, saveUninitialized: false, cookie: { secure: false } });
  },
);

export const secureSessionPeer = fastifyApplication(
  packageVersion('@fastify/secure-session'),
  byMethods,
  (app) => app.register(secureSession, { key: Buffer.alloc(32, secret), cookie: { path: '/' } }),
);

export const applications = [fastifyBare, fastifySessionPeer, secureSessionPeer];
