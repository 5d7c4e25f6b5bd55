import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { createApp } from './app.ts';
import { chooseBackend } from './backends/choose-backend.ts';

const { STORE, PORT = '3000' } = process.env;
// pnpm runs scripts in the folder of their package.
const directory = resolve('.data');

try {
  await start();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

async function start(): Promise<void> {
  const open = chooseBackend(STORE);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const backend = await open({ directory, idleTimeout: 15 * 60, absoluteTimeout: 8 * 60 * 60 });
  const server = createServer(createApp(backend));
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await backend.close();
  };
  try {
    await new Promise<void>((listening, failed) => {
      server.once('error', failed);
      // The page shows what the store holds, so only this machine may connect.
      server.listen(Number(PORT), 'localhost', listening);
    });
  } catch (error) {
    await backend.close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  console.log(`\n  Store demo   http://localhost:${port}`);
  console.log(`  Sessions in  ${backend.label}, ${directory}`);
  console.log('  Stop with    Ctrl+C\n');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
}

function explain(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'EADDRINUSE') {
    return `Port ${PORT} is already in use. Stop the program that uses it, or choose another port: PORT=3001 npx pnpm start`;
  }
  if (code === 'ERR_SOCKET_BAD_PORT') return `PORT=${PORT} is not a port. Use a number from 0 to 65535.`;
  return message ?? String(error);
}
