import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { describe, expect, it } from 'vitest';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import * as expressDoor from '../express.ts';
import { sessionPlugin } from '../fastify.ts';
import { createTestSession } from '../index.ts';
import * as koaDoor from '../koa.ts';

/** What a handler does to the object that has the session; its return value is the page. */
type Handle = (carrier: { session?: unknown }) => string;

describe.each<[string, (handle: Handle, options: object) => Promise<Parameters<typeof serve>[0]>]>([
  [
    'Express',
    async (handle, options) =>
      express()
        .use(expressDoor.sessionMiddleware(options))
        .get('/', (request, response) => void response.send(handle(request as never))),
  ],
  [
    'Fastify',
    async (handle, options) => {
      const app = fastify();
      app.register(sessionPlugin, options);
      app.get('/', async (request) => handle(request as never));
      await app.ready();
      return app.server;
    },
  ],
  [
    'Koa',
    async (handle, options) => {
      const app = new Koa();
      app.use(koaDoor.sessionMiddleware(options));
      app.use((ctx) => {
        ctx.body = handle(ctx);
      });
      return app.callback();
    },
  ],
])('the session property of %s', (_, open) => {
  it.each([null, undefined, { user: 1 }])(
    'cannot be assigned %j: the error says how to sign out instead',
    async (value) => {
      const { store, records } = createMemoryStore();
      const handle: Handle = (carrier) => {
        try {
          carrier.session = value;
          return 'assigned';
        } catch (error) {
          return (error as Error).message;
        }
      };
      const { send } = await serve(await open(handle, { store, gcProbability: 0 }));
      const cookie = await createTestSession(store, {}, { subject: 'ada' });
      const answer = await send('/', { headers: { cookie } });
      expect(answer.body).toContain('To sign out, call session.invalidate()');
      expect(records.size).toBe(1);
    },
  );
});
