import { once } from 'node:events';
import { Server } from 'node:net';

// Imports a file that starts a server, and returns the server once it is listening.
export async function listeningServer(file) {
  process.env.PORT = '0';
  const { listen } = Server.prototype;
  const started = new Promise((resolve) => {
    Server.prototype.listen = function (...args) {
      resolve(this);
      return listen.apply(this, args);
    };
  });
  await import(file);
  const server = await started;
  if (!server.listening) await once(server, 'listening');
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}
