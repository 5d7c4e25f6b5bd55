import { once } from 'node:events';

// Starts an application built with any framework, and returns how and where to send requests to it.
export async function startApplication(app) {
  if ('fetch' in app) {
    return { send: (request) => app.fetch(request), origin: 'https://shop.example', stop() {} };
  }
  const host = '127.0.0.1';
  if ('inject' in app) await app.listen({ port: 0, host });
  const server = app.server ?? app.listen(0, host);
  if (!server.listening) await once(server, 'listening');
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { send: fetch, origin: `http://${host}:${server.address().port}`, stop };
}
