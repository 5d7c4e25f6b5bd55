import { createReadStream } from 'node:fs';
import express5, { type ErrorRequestHandler, type RequestHandler, type Response } from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { Gate } from '../../test/battery/gate.ts';
import { serve } from '../../test/http-server.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { getSession, sessionMiddleware } from '../express.ts';
import { sessionPlugin } from '../fastify.ts';

const stores = [
  ['immediate', false],
  ['remote', true],
] as const;

function failingStore(isRemote: boolean) {
  const { store, storage } = createMemoryStore({}, isRemote);
  storage.insert = () => {
    if (isRemote) return Promise.reject(new Error('disk full'));
    throw new Error('disk full');
  };
  return store;
}

/** Pages whose handler keeps running after the error handler was called. */
const pages: [string, (response: Response, failed: Gate) => Promise<void>][] = [
  [
    'a page that calls writeHead first and end later',
    async (response, failed) => {
      response.writeHead(201, { 'X-Page': '1' });
      await failed.pass();
      response.end('the page');
    },
  ],
  [
    'a page that writes in a loop',
    async (response, failed) => {
      response.write('the page ');
      await failed.pass();
      for (let n = 0; n < 5; n++) response.write('continues ');
      response.end();
    },
  ],
  [
    'a piped web stream',
    async (response, failed) => {
      const source = new ReadableStream({
        async start(controller) {
          controller.enqueue(Buffer.from('the page '));
          await failed.pass();
          controller.enqueue(Buffer.from('continues'));
          controller.close();
        },
      });
      for await (const chunk of source) response.write(chunk);
      response.end();
    },
  ],
];

const errorHandlers: [string, (response: Response) => void | Promise<void>][] = [
  ['sends', (response) => void response.status(503).send('the error')],
  ['sets the status first, and sends later', (response) => void response.send('the error')],
  ['pipes a file', (response) => void createReadStream(import.meta.filename, { end: 5 }).pipe(response)],
];

describe.each([
  ['4', express4 as typeof express5],
  ['5', express5],
])('in Express %s an error handler that has to wait', (_, express) => {
  describe.each(stores)('on an %s store', (_, isRemote) => {
    for (const [page, write] of pages)
      for (const [handler, respond] of errorHandlers)
        it(`${handler}, in place of ${page}`, async () => {
          const failed = new Gate();
          const pageIsOver = new Gate();
          const app = express();
          app.use(sessionMiddleware({ store: failingStore(isRemote), gcProbability: 0 }));
          app.get('/', ((request, response) => {
            getSession(request).set('n', 1);
            void write(response, failed).then(() => pageIsOver.open());
          }) as RequestHandler);
          const onError: ErrorRequestHandler = async (_error, _request, response, _next) => {
            if (handler.startsWith('sets')) response.status(503);
            failed.open();
            await pageIsOver.pass();
            if (handler.startsWith('pipes')) response.status(503);
            await respond(response);
          };
          app.use(onError);
          const answer = await (await serve(app)).send('/');
          const text = handler.startsWith('pipes') ? 'import' : 'the error';
          expect([answer.status, answer.body, answer.setCookies]).toEqual([503, text, []]);
        });
  });
});

describe.each(stores)('in Fastify, on an %s store, an error handler that has to wait', (_, isRemote) => {
  it('sends its response in place of a web stream', async () => {
    const failed = new Gate();
    const pageIsOver = new Gate();
    const app = fastify();
    app.register(sessionPlugin, { store: failingStore(isRemote), gcProbability: 0 });
    app.setErrorHandler(async (error: { statusCode?: number }, _request, reply) => {
      failed.open();
      await pageIsOver.pass();
      return reply.code(error.statusCode ?? 500).send('the error');
    });
    app.get('/', ({ session }, reply) => {
      session.set('n', 1);
      let n = 0;
      reply.send(
        new ReadableStream({
          async pull(controller) {
            n += 1;
            if (n === 2) await failed.pass();
            controller.enqueue(Buffer.from('the page '));
            if (n === 4) pageIsOver.open();
            if (n === 5) controller.close();
          },
        }),
      );
    });
    await app.ready();
    const answer = await (await serve(app.server)).send('/');
    expect([answer.status, answer.body, answer.setCookies]).toEqual([503, 'the error', []]);
  });

  it('sends its response through inject, in place of a page whose handler throws afterwards', async () => {
    const app = fastify();
    app.register(sessionPlugin, { store: failingStore(isRemote), gcProbability: 0 });
    let calls = 0;
    app.addHook('onSend', async () => {
      calls += 1;
    });
    app.setErrorHandler(async (error: { statusCode?: number }, _request, reply) =>
      reply.code(error.statusCode ?? 500).send('the error'),
    );
    app.get('/', async ({ session }, reply) => {
      session.set('n', 1);
      reply.send('the page');
      throw new Error('on purpose');
    });
    const answer = await app.inject('/');
    // The hook ran once for the page and once for the error.
    expect([answer.statusCode, answer.body, calls]).toEqual([503, 'the error', 2]);
  });
});
