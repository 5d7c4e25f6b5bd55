import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createClient } from 'redis';

/** Whether redis-server is installed on this machine. */
export const hasRedisServer = spawnSync('redis-server', ['--version']).status === 0;

export const socketIn = (directory: string) => join(directory, 'redis.sock');

/** Starts a redis-server that keeps its data in the directory, and waits until it responds. */
export async function startServer(directory: string): Promise<void> {
  const options = ['--port', '0', '--unixsocket', socketIn(directory), '--dir', directory, '--save', ''];
  const server = spawn('redis-server', [...options, '--appendonly', 'yes', '--appendfsync', 'always'], {
    stdio: 'ignore',
  });
  server.unref();
  for (;;) {
    const client = createClient({
      socket: { path: socketIn(directory), tls: false, reconnectStrategy: false },
    });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.ping();
      return await client.close();
    } catch (error) {
      if (server.exitCode !== null) throw new Error('redis-server did not start.', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Runs one command on a separate connection. */
export async function command(directory: string, ...args: string[]): Promise<unknown> {
  const client = createClient({
    socket: { path: socketIn(directory), tls: false, reconnectStrategy: false },
  });
  client.on('error', () => {});
  await client.connect();
  try {
    return await client.sendCommand(args);
  } finally {
    client.destroy();
  }
}

/** Stops the server; acknowledged writes remain on disk. */
export async function stopServer(directory: string): Promise<void> {
  await command(directory, 'SHUTDOWN').catch(() => {});
}
