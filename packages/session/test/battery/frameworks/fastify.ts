import { Readable } from 'node:stream';
import fastifyCookie from '@fastify/cookie';
import { sessionPlugin } from '@store/session/fastify';
import createFastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { page } from '../acts.ts';
import type { Framework, Visitor } from '../framework.ts';
import { listen } from '../listen.ts';

type WithKey = { Params: { key: string } };

const withStatus = (statusCode: number) => Object.assign(new Error('On purpose'), { statusCode });
const of = (request: object) => (request as { session?: Visitor }).session;

export const fastify: Framework = {
  name: 'Fastify 5',
  without: {
    'error handlers of raw responses':
      'after `hijack`, Fastify no longer owns the response, and the 503 is a plain one',
  },
  async start(options, acts, { mounts, handlesErrors, isBare }) {
    const app = createFastify();
    if (!isBare) for (let n = 0; n < mounts; n++) app.register(sessionPlugin, options as object);
    app.register(fastifyCookie);

    app.post<{ Params: { user: string } }>('/sign-in/:user', (request, reply) => {
      acts.signIn(of(request), request.params.user);
      reply.redirect('/me', 303);
    });
    app.post<{ Params: { user: string } }>('/remember/:user', (request, reply) => {
      acts.remember(of(request), request.params.user);
      reply.redirect('/me', 303);
    });
    app.post('/sign-out', (request, reply) => {
      acts.signOut(of(request));
      reply.redirect('/me', 303);
    });
    app.post('/end-all', async (request) => {
      await acts.endAll(of(request));
      return 'ended';
    });
    app.get('/me', async (request) => acts.describe(of(request)));
    app.get('/untouched', async () => 'untouched');
    const setsKey = (instance: FastifyInstance) =>
      instance.get<WithKey>('/keys/:key', async (request) => {
        acts.set(of(request), request.params.key);
        return request.params.key;
      });
    setsKey(app);
    app.register(async (nested) => void setsKey(nested), { prefix: '/sub' });
    app.get<WithKey>('/slow/:key', async (request) => {
      await acts.slow(of(request), request.params.key);
      return request.params.key;
    });
    app.get('/stream', (request, reply) => {
      reply.send(Readable.from(acts.chunks(of(request))));
    });
    app.get('/broken', (request, reply) => {
      reply.send(Readable.from(acts.broken(of(request))));
    });
    app.get('/throw', (request) => acts.throwError(of(request)));
    app.get('/throw-async', (request) => acts.reject(of(request)));
    app.get('/refuse', async (request) => {
      acts.set(of(request), 'refused');
      throw withStatus(422);
    });
    app.get('/conflict', (request) => acts.conflict(of(request)));
    app.get('/try-again', (request) => acts.tryAgain(of(request)));
    app.get('/leave', async (request) => {
      acts.signOut(of(request));
      throw withStatus(403);
    });
    for (const [key, status] of [
      ['invalid', 400],
      ['fail', 500],
    ] as const)
      app.get(`/${key}`, (request, reply) => {
        acts.set(of(request), key);
        reply.code(status).send(key);
      });
    app.get('/not-modified', (request, reply) => {
      acts.set(of(request), 'not-modified');
      reply.code(304).header('ETag', '"same"').send();
    });
    app.get('/empty', (request, reply) => {
      acts.set(of(request), 'empty');
      reply.code(204).send();
    });
    app.get('/cookie', (request, reply) => {
      acts.set(of(request), 'cookie');
      reply.setCookie('theme', 'dark').setCookie('lang', 'en').redirect('/me', 303);
    });
    app.get('/raw', (request, reply) => {
      acts.set(of(request), 'raw');
      reply.hijack();
      reply.raw.writeHead(303, { Location: '/me' });
      reply.raw.end();
    });
    const sendPage = (reply: FastifyReply) => {
      reply.setCookie(page.cookie.name, page.cookie.value);
      reply.code(page.status).headers(page.headers).send(page.text);
    };
    app.get('/page', (request, reply) => {
      acts.set(of(request), 'page');
      sendPage(reply);
    });
    app.get('/big', (request, reply) => {
      acts.big(of(request));
      sendPage(reply);
    });
    app.setNotFoundHandler((request: FastifyRequest, reply) => {
      acts.set(of(request), 'missing');
      if (request.url === '/last') throw withStatus(422);
      reply.code(404).send('missing');
    });
    if (handlesErrors)
      app.setErrorHandler((error, request, reply) => {
        const { status, text, location } = acts.recover(error, () => of(request));
        if (location) reply.redirect(location, 303);
        else reply.code(status).send(text);
      });

    await app.ready();
    return {
      ...(await listen((request, response) => app.routing(request, response))),
      async inject(url, headers) {
        const answer = await app.inject({ url, headers });
        return {
          status: answer.statusCode,
          setCookies: [answer.headers['set-cookie'] ?? []].flat(),
          body: answer.body,
        };
      },
    };
  },
};
