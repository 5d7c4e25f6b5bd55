import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Binaries, reachableBinaries } from './binaries.ts';
import { freePort } from './free-port.ts';
import { enterableDirectory, type ServerUser, serverUser } from './server-user.ts';

export interface StartOptions {
  /** An existing data directory to start on, such as a copy of another server's. Default: a new one. */
  directory?: string;
  /** Where to create a new data directory, provided the user that PostgreSQL runs as can enter it. Default: the temporary directory. */
  parent?: string;
  /** Settings such as `fsync=off`. */
  settings?: string[];
}

export interface PostgresServer {
  readonly url: string;
  /** The server's data directory. */
  readonly directory: string;
  start(): Promise<void>;
  /** Shuts down in PostgreSQL's fast mode, which closes every connection. */
  stop(): Promise<void>;
  /** Kills the server as a power failure would. */
  kill(): Promise<void>;
  /** Stops the server and removes its files. */
  remove(): Promise<void>;
}

const login = { user: 'postgres', password: 'password' };

/**
 * Starts a private PostgreSQL server from npm on a free port on 127.0.0.1. It is stopped when this process exits, if not before.
 *
 * @throws {Error} with PostgreSQL's output, if it does not start.
 */
export async function startPostgres(options: StartOptions = {}): Promise<PostgresServer> {
  const user = serverUser();
  const binaries = await reachableBinaries(user);
  const files = options.directory ? undefined : await makeDirectory(user, options.parent);
  const directory = options.directory ?? join(files as string, 'data');
  try {
    if (files) await initialize(binaries, user, files, directory);
    return await serve(binaries, user, options, directory, files ?? directory);
  } catch (error) {
    if (files) await rm(files, { recursive: true, force: true });
    throw error;
  }
}

async function makeDirectory(user: ServerUser, parent?: string): Promise<string> {
  // A directory created by the caller may be accessible only to the caller.
  if (parent && user.uid !== undefined) await chmod(parent, 0o711);
  const files = await mkdtemp(join(enterableDirectory(user, ...(parent ? [parent] : [])), 'store-postgres-'));
  own(files, user);
  return files;
}

function own(path: string, { uid, gid }: ServerUser): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

async function initialize(
  { initdb }: Binaries,
  user: ServerUser,
  files: string,
  directory: string,
): Promise<void> {
  const passwordFile = join(files, 'password');
  await writeFile(passwordFile, login.password, { mode: 0o600 });
  own(passwordFile, user);
  const child = run(user, initdb, [
    `--pgdata=${directory}`,
    `--username=${login.user}`,
    `--pwfile=${passwordFile}`,
    '--auth=password',
    '--encoding=UTF8',
    // Only initdb itself skips fsync.
    '--no-sync',
  ]);
  const said = readLog(child);
  if ((await exit(child)) !== 0) throw new Error(`PostgreSQL's initdb failed:\n${said()}`);
}

async function serve(
  { postgres }: Binaries,
  user: ServerUser,
  { settings = [] }: StartOptions,
  directory: string,
  files: string,
): Promise<PostgresServer> {
  let port = await freePort();
  let server: ChildProcess | undefined;
  // A process that fails must not leave the server running.
  const abandon = () => server?.kill('SIGQUIT');

  async function start(isFirst = false): Promise<void> {
    const arguments_ = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      ...settings,
    ];
    const child = run(user, postgres, ['-D', directory, ...arguments_.flatMap((setting) => ['-c', setting])]);
    const said = readLog(child);
    const exited = exit(child);
    for (;;) {
      // A standby accepts read-only connections.
      if (/ready to accept (read-only )?connections/.test(said())) break;
      const code = await Promise.race([exited, once(child.stderr as NodeJS.EventEmitter, 'data')]);
      if (Array.isArray(code)) continue;
      // Another process took the port first.
      if (isFirst && said().includes('could not bind')) {
        port = await freePort();
        return start(true);
      }
      // After a kill, the processes that served the server's connections take a moment to exit.
      if (said().includes('pre-existing shared memory block')) {
        await sleep(50);
        return start(isFirst);
      }
      throw new Error(`PostgreSQL did not start:\n${said()}`);
    }
    server = child;
    process.once('exit', abandon);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = server;
    if (!child) return;
    server = undefined;
    process.removeListener('exit', abandon);
    const exited = exit(child);
    child.kill(signal);
    await exited;
  }

  await start(true);
  return {
    get url() {
      return `postgres://${login.user}:${login.password}@127.0.0.1:${port}/postgres`;
    },
    directory,
    start: () => start(),
    stop: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
    async remove() {
      await end('SIGINT');
      await rm(files, { recursive: true, force: true });
    },
  };
}

/** The C locale, because messages are parsed here, and UTC, so that the server is the same on every machine. */
function run(user: ServerUser, program: string, args: string[]): ChildProcess {
  const options: SpawnOptions = {
    ...user,
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
  };
  return spawn(program, args, options);
}

/** Collects what a process prints. Call the result to read it. */
function readLog(child: ChildProcess): () => string {
  let log = '';
  const add = (chunk: unknown) => {
    log = (log + String(chunk)).slice(-10_000);
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  // Emitted instead of `exit` when a program cannot be run. Without a listener, it would crash this process.
  child.on('error', add);
  return () => log;
}

/** The exit code; `null` if a signal terminated the process, negative if it could not be run. */
async function exit(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  await once(child, 'close').catch(() => {});
  return child.exitCode;
}
