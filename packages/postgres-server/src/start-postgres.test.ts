import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Binaries, installedBinaries, reachableBinaries } from './binaries.ts';
import { serverUser } from './server-user.ts';
import { startPostgres } from './start-postgres.ts';

const isRoot = process.getuid?.() === 0;
const onlyRoot = 'only root starts PostgreSQL as another user';

/** A folder that only its owner can enter, like one from `mktemp -d` or `/root`. */
function privateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'store postgres-ü-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o700);
  return folder;
}

async function versionOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query('show server_version');
    return String(rows[0].server_version);
  } finally {
    await client.end();
  }
}

/** Makes a single test ignore any existing copy. */
function forgetCopy(): void {
  const copied = process.env.STORE_POSTGRES_BINARIES;
  delete process.env.STORE_POSTGRES_BINARIES;
  onTestFinished(() => {
    if (copied === undefined) delete process.env.STORE_POSTGRES_BINARIES;
    else process.env.STORE_POSTGRES_BINARIES = copied;
  });
}

describe('a server from npm', () => {
  it('runs queries, restarts after being killed, and leaves no files behind when it is removed', async () => {
    const parent = privateFolder();
    const server = await startPostgres({ parent });
    onTestFinished(() => server.remove());
    expect(await versionOf(server.url)).toMatch(/^18\./);
    await server.kill();
    await server.start();
    expect(await versionOf(server.url)).toMatch(/^18\./);
    await server.remove();
    expect(readdirSync(parent)).toEqual([]);
    expect(existsSync(server.directory)).toBe(false);
  });

  it('that fails to start throws what PostgreSQL printed, and leaves no files behind', async () => {
    const parent = privateFolder();
    const starting = startPostgres({ parent, settings: ['no_such_setting=1'] });
    await expect(starting).rejects.toThrow(
      /did not start:\n.*unrecognized configuration parameter "no_such_setting"/s,
    );
    expect(readdirSync(parent)).toEqual([]);
  });

  it('keeps its files where the user it runs as can access them', async (context) => {
    if (!isRoot) context.skip(onlyRoot);
    const parent = join(privateFolder(), 'parent');
    mkdirSync(parent);
    const server = await startPostgres({ parent });
    onTestFinished(() => server.remove());
    expect(server.directory).not.toContain(parent);
  });
});

describe('the PostgreSQL executables', () => {
  it('are used in place when they can be run there', async () => {
    const installed = await installedBinaries();
    expect(await reachableBinaries({}, installed)).toBe(installed);
  });

  it.for([0o022, 0o077])(
    'are copied once per run to where another user can run them, under umask %o',
    async (umask, context) => {
      if (!isRoot) context.skip(onlyRoot);
      const hidden = await hiddenBinaries(umask);
      forgetCopy();
      const copied = await reachableBinaries(serverUser(), hidden);
      expect(copied).not.toEqual(hidden);
      const { status } = spawnSync(copied.initdb, ['--version'], serverUser());
      expect(status).toBe(0);
      expect(await reachableBinaries(serverUser(), hidden)).toEqual(copied);
    },
  );
});

async function hiddenBinaries(umask: number): Promise<Binaries> {
  const folder = privateFolder();
  const { initdb } = await installedBinaries();
  cpSync(dirname(dirname(initdb)), folder, { recursive: true, verbatimSymlinks: true });
  if (umask === 0o077) spawnSync('chmod', ['-R', 'go-rwx', folder]);
  return { initdb: join(folder, 'bin/initdb'), postgres: join(folder, 'bin/postgres') };
}
