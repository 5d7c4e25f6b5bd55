import type { Server } from 'node:http';
import fastifyCookie from '@fastify/cookie';
import secureSession from '@fastify/secure-session';
import fastifySession from '@fastify/session';
import { sessionPlugin } from '@store/session/fastify';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { nobody, routes, type ShopSession, type StoreName, secret, stores, visit } from '../shop.ts';

async function server(
  register: (app: FastifyInstance) => unknown,
  sessionOf: (request: FastifyRequest) => ShopSession = ({ session }) => session as unknown as ShopSession,
): Promise<Server> {
  const app = fastify();
  await register(app);
  for (const route of routes) {
    app.get(route === 'fill' ? '/fill/:number' : `/${route}`, (request, reply) => {
      const { number } = request.params as { number?: string };
      reply.send(visit(sessionOf(request), route, Number(number)));
    });
  }
  await app.ready();
  return app.server;
}

export const bare = () =>
  server(
    () => {},
    () => nobody,
  );

export async function withStore(store: StoreName, directory: string): Promise<Server> {
  await stores[store](directory);
  return server((app) => app.register(sessionPlugin));
}

export const fastifySessionPeer = () =>
  server(async (app) => {
    await app.register(fastifyCookie);
    await app.register(fastifySession, { secret, saveUninitialized: false, cookie: { secure: false } });
  });

export const secureSessionPeer = () =>
  server((app) => app.register(secureSession, { key: Buffer.alloc(32, secret), cookie: { path: '/' } }));
