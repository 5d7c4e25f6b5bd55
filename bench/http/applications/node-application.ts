import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Application, SessionUse } from '../application.ts';
import { plainEmail, routeOf, shopContent } from '../shop-content.ts';

/** A request listener without a framework. */
export function nodeBare(name: string): Application {
  return {
    name,
    module: import.meta.url,
    start: () => createServer((request, response) => answer(request, response, request, withoutSession)),
  };
}

const withoutSession: SessionUse<unknown> = {
  fill() {},
  email: () => plainEmail,
  count: () => 1,
  views: () => 1,
};

/** What a request listener does with a session. @param key What `use` takes for the request. */
export function answer<Key>(
  request: IncomingMessage,
  response: ServerResponse,
  key: Key,
  { fill, email, count, views }: SessionUse<Key>,
): void {
  const { route, number } = routeOf(request.url ?? '');
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  if (route === 'read') response.end(email(key));
  else if (route === 'rw') response.end(String(count(key)));
  else if (route === 'views') response.end(String(views(key)));
  else {
    fill(key, shopContent(number));
    response.end('filled');
  }
}

export const bareListener = nodeBare('bare');
export const bareListenerAgain = nodeBare('A/A control: bare again');

export const applications = [bareListener, bareListenerAgain];
