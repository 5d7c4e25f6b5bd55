import { createServer } from 'node:http';
import { readSession } from '@store/session';
import { startSession } from '@store/sqlite';
import { WebSocketServer } from 'ws';

await startSession({ database: process.env.DATABASE ?? './sessions.db' });

export const server = createServer();
const sockets = new WebSocketServer({ noServer: true });
const interval = Number(process.env.CHECK_INTERVAL ?? 10_000);

server.on('upgrade', async (request, socket, head) => {
  const session = await readSession<{ name: string }>(request).catch(() => undefined);
  if (session?.subject === undefined) return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');

  sockets.handleUpgrade(request, socket, head, (client) => {
    // Other requests may change or end the session: reload() resolves to false once it has ended.
    const check = setInterval(async () => {
      if (await session.reload().catch(() => true)) client.send(`You are ${session.get('name')}`);
      else client.close(4401, 'Signed out');
    }, interval);
    client.on('close', () => clearInterval(check));
  });
});
