import express, { type ErrorRequestHandler, type Express } from 'express';
import { type ExpressSessionOptions, sessionMiddleware } from '../src/express.ts';
import { serve } from './http-server.ts';

/** Responds to errors as an application would, with their status and code. */
const answerError: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error);
  response.status(error.status ?? 500).json({ code: error.code ?? 'error' });
};

/** An Express application with sessions on a real socket. */
export async function serveExpress(
  options: ExpressSessionOptions,
  routes: (app: Express) => void,
  before: (app: Express) => void = () => {},
) {
  const app = express();
  app.set('env', 'test');
  before(app);
  app.use(sessionMiddleware(options));
  routes(app);
  app.use(answerError);
  return serve(app);
}
