import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * An unused port below the ephemeral range. In that range, a client that keeps reconnecting to a stopped server could be assigned
 * the server's port as its local port and end up connected to itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening');
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    } finally {
      server.close();
    }
  }
}
