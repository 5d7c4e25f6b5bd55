import fastifyCookie from '@fastify/cookie';
import otherSession from '@fastify/session';
import fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../test/memory-store.ts';
import { getSession, sessionPlugin } from '../fastify.ts';

describe('registering sessionPlugin', () => {
  const refusal = async (register: (app: FastifyInstance) => void) => {
    const app = fastify();
    register(app);
    return app.ready().then(
      () => undefined,
      (error: { code?: string; message: string }) => error,
    );
  };
  const { store } = createMemoryStore();

  it('rejects invalid options when the application starts', async () => {
    const error = await refusal((app) => app.register(sessionPlugin, { ttl: 5 } as object));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining('ttl') });
  });

  it('accepts the options that are meant for register', async () => {
    expect(await refusal((app) => app.register(sessionPlugin, { store, prefix: '/shop' }))).toBeUndefined();
  });

  it('rejects a second plugin with the same cookie in the same instance, a child or a parent', async () => {
    const below = async (app: FastifyInstance) => {
      await app.register(async (inside) => void inside.register(sessionPlugin, { store }));
      await app.register(sessionPlugin, { store });
    };
    await expect(below(fastify())).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    for (const register of [
      (app: FastifyInstance) => app.register(sessionPlugin, { store }),
      (app: FastifyInstance) =>
        app.register(async (below) => {
          below.register(sessionPlugin, { store });
        }),
    ]) {
      const error = await refusal((app) => {
        app.register(sessionPlugin, { store });
        register(app);
      });
      expect(error).toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('twice') });
    }
  });

  it('allows a second plugin with a different cookie', async () => {
    const app = fastify();
    app.register(sessionPlugin, { store });
    app.register(sessionPlugin, { store, cookie: { name: '__Host-oauth' } });
    app.get('/', async (request) => {
      request.session.set('n', 1);
      getSession(request, 'oauth').set('n', 2);
      return 'ok';
    });
    const { cookies } = await app.inject('/');
    expect(cookies.map(({ name }) => name)).toEqual(['session', 'oauth']);
  });

  it('allows one plugin in each of several sibling instances', async () => {
    const app = fastify();
    for (const prefix of ['/one', '/two'])
      app.register(
        async (inside) => {
          inside.register(sessionPlugin, { store });
          inside.get('/', async ({ session }) => String(session.isNew));
        },
        { prefix },
      );
    expect([(await app.inject('/one')).body, (await app.inject('/two')).body]).toEqual(['true', 'true']);
  });

  it('rejects another session plugin on the same instance', async () => {
    const error = await refusal((app) => {
      app.register(fastifyCookie);
      app.register(otherSession, { secret: 'a secret of more than thirty-two characters' });
      app.register(sessionPlugin, { store });
    });
    expect(error).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('@fastify/session'),
    });
  });
});
