import { pipeline, Readable } from 'node:stream';
import { sessionMiddleware } from '@store/session/express';
import express5, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import express4 from 'express4';
import { page } from '../acts.ts';
import type { Framework, Visitor } from '../framework.ts';
import { askWithSupertest, listen } from '../listen.ts';

const withStatus = (status: number) => Object.assign(new Error('On purpose'), { status });
const of = (request: Request) => (request as { session?: Visitor }).session;

/** @param forwardsRejections Whether Express passes rejections to its error handlers; otherwise the application does. */
function framework(name: string, express: typeof express5, forwardsRejections: boolean): Framework {
  const asynchronous = (
    handler: (request: Request, response: Response) => Promise<unknown>,
  ): RequestHandler =>
    forwardsRejections ? handler : (request, response, next) => void handler(request, response).catch(next);

  return {
    name,
    async start(options, acts, { mounts, handlesErrors, isBare }) {
      const app = express();
      const sessions = sessionMiddleware(options);
      if (!isBare) for (let n = 0; n < mounts; n++) app.use(sessions);

      app.post('/sign-in/:user', (request, response) => {
        acts.signIn(of(request), request.params.user);
        response.redirect(303, '/me');
      });
      app.post('/remember/:user', (request, response) => {
        acts.remember(of(request), request.params.user);
        response.redirect(303, '/me');
      });
      app.post('/sign-out', (request, response) => {
        acts.signOut(of(request));
        response.redirect(303, '/me');
      });
      app.post(
        '/end-all',
        asynchronous(async (request, response) => {
          await acts.endAll(of(request));
          response.send('ended');
        }),
      );
      app.get('/me', (request, response) => void response.json(acts.describe(of(request))));
      app.get('/untouched', (_request, response) => void response.send('untouched'));
      const nested = express.Router();
      for (const router of [app, nested])
        router.get('/keys/:key', (request, response) => {
          acts.set(of(request), request.params.key);
          response.send(request.params.key);
        });
      app.use('/sub', nested);
      app.get(
        '/slow/:key',
        asynchronous(async (request, response) => {
          await acts.slow(of(request), String(request.params.key));
          response.send(request.params.key);
        }),
      );
      app.get('/stream', (request, response) => {
        pipeline(Readable.from(acts.chunks(of(request))), response, () => {});
      });
      app.get('/broken', (request, response) => {
        pipeline(Readable.from(acts.broken(of(request))), response, () => {});
      });
      app.get('/throw', (request) => acts.throwError(of(request)));
      app.get(
        '/throw-async',
        asynchronous((request) => acts.reject(of(request))),
      );
      app.get('/refuse', (request) => {
        acts.set(of(request), 'refused');
        throw withStatus(422);
      });
      app.get('/conflict', (request) => acts.conflict(of(request)));
      app.get('/try-again', (request) => acts.tryAgain(of(request)));
      app.get('/leave', (request) => {
        acts.signOut(of(request));
        throw withStatus(403);
      });
      for (const [key, status] of [
        ['invalid', 400],
        ['fail', 500],
      ] as const)
        app.get(`/${key}`, (request, response) => {
          acts.set(of(request), key);
          response.status(status).send(key);
        });
      app.get('/not-modified', (request, response) => {
        acts.set(of(request), 'not-modified');
        response.status(304).set('ETag', '"same"').end();
      });
      app.get('/empty', (request, response) => {
        acts.set(of(request), 'empty');
        response.status(204).end();
      });
      app.get('/cookie', (request, response) => {
        acts.set(of(request), 'cookie');
        response.cookie('theme', 'dark').cookie('lang', 'en').redirect(303, '/me');
      });
      app.get('/raw', (request, response) => {
        acts.set(of(request), 'raw');
        response.writeHead(303, { Location: '/me' });
        response.end();
      });
      const sendPage = (response: Response) => {
        response.cookie(page.cookie.name, page.cookie.value);
        response.status(page.status).set(page.headers).send(page.text);
      };
      app.get('/page', (request, response) => {
        acts.set(of(request), 'page');
        sendPage(response);
      });
      app.get('/big', (request, response) => {
        acts.big(of(request));
        sendPage(response);
      });
      app.use((request, response) => {
        acts.set(of(request), 'missing');
        if (request.path === '/last') throw withStatus(422);
        response.status(404).send('missing');
      });
      const recover: ErrorRequestHandler = (error, request, response, next) => {
        // If the response has started, Express closes the connection.
        if (response.headersSent) return next(error);
        const { status, text, location } = acts.recover(error, () => of(request));
        if (location) response.redirect(303, location);
        else response.status(status).send(text);
      };
      if (handlesErrors) app.use(recover);

      return {
        ...(await listen(app)),
        inject: (path, headers) => askWithSupertest(app, path, headers),
      };
    },
  };
}

export const expressFive = framework('Express 5', express5, true);
export const expressFour = framework('Express 4', express4 as typeof express5, false);
