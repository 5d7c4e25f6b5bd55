import { createServer } from 'node:http';
import type { Awaitable } from '@store/core';
import express, { type Express, type Request } from 'express';
import type { Application, SessionUse } from '../application.ts';
import { plainEmail, shopContent } from '../shop-content.ts';

/** An Express application. @param mount Puts the session middleware before the handlers. */
export function expressApplication(
  name: string,
  module: string,
  { fill, email, count, views }: SessionUse<Request>,
  mount: (app: Express, directory: string) => Awaitable<unknown>,
): Application {
  return {
    name,
    module,
    async start(directory) {
      const app = express();
      await mount(app, directory);
      app.get('/fill/:number', (request, response) => {
        fill(request, shopContent(Number(request.params.number)));
        response.send('filled');
      });
      app.get('/read', (request, response) => {
        response.send(email(request));
      });
      app.get('/rw', (request, response) => {
        response.send(String(count(request)));
      });
      app.get('/views', (request, response) => {
        response.send(String(views(request)));
      });
      return createServer(app);
    },
  };
}

const withoutSession: SessionUse<Request> = {
  fill() {},
  email: () => plainEmail,
  count: () => 1,
  views: () => 1,
};

export const expressBare = expressApplication('bare', import.meta.url, withoutSession, () => {});
export const expressControl = expressApplication(
  'A/A control: bare again',
  import.meta.url,
  withoutSession,
  () => {},
);

export const applications = [expressBare, expressControl];
