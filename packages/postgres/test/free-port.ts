import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port that nobody has, below those that connections get by themselves: while a server is away, a client that tries to reach it
 * over and over would else be given the server's own port in the end, and be connected with itself.
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
