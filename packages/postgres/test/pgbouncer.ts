import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@store/postgres-server';

/** The path of PgBouncer, from `PGBOUNCER` or the system; `undefined` if it is not installed. */
export function findPgBouncer(): string | undefined {
  for (const path of [
    process.env.PGBOUNCER,
    '/usr/sbin/pgbouncer',
    '/usr/bin/pgbouncer',
    '/opt/homebrew/bin/pgbouncer',
  ]) {
    if (!path) continue;
    try {
      execFileSync(path, ['--version'], { stdio: 'ignore' });
      return path;
    } catch {
      // Not installed, or not for this machine.
    }
  }
  return undefined;
}

/** Starts PgBouncer in transaction mode in front of a server, with two server connections in total. */
export async function startPgBouncer(path: string, target: string) {
  const { hostname, port, username, password, pathname } = new URL(target);
  const directory = await mkdtemp(join(tmpdir(), 'store-pgbouncer-'));
  const listenPort = await freePort();
  const config = join(directory, 'pgbouncer.ini');
  await writeFile(
    config,
    `[databases]
* = host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
`,
  );
  execFileSync('chmod', ['-R', 'a+rX', directory]);
  // PgBouncer refuses to run as root.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const bouncer = spawn(path, [...user, config], { stdio: ['ignore', 'ignore', 'pipe'] });
  await untilItListens(bouncer);
  return {
    url: `postgres://${username}@127.0.0.1:${listenPort}${pathname}`,
    async stop() {
      bouncer.kill('SIGKILL');
      if (bouncer.exitCode === null && bouncer.signalCode === null) await once(bouncer, 'exit');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function untilItListens({ stderr }: ChildProcess): Promise<void> {
  let log = '';
  for await (const chunk of stderr ?? []) {
    log += chunk;
    if (log.includes('process up')) {
      stderr?.resume();
      return;
    }
  }
  throw new Error(`PgBouncer did not start:\n${log}`);
}
