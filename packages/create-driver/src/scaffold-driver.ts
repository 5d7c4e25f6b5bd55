import { readdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { driverFiles } from './driver-files.ts';
import type { Runner } from './driver-manifest.ts';
import { fileNameOf, refuseBadName } from './package-name.ts';
import { refusal } from './refusal.ts';
import { writeFiles } from './write-files.ts';

export interface ScaffoldOptions {
  /** The folder to fill: one that is not there yet, an empty one, or one that holds only `.git`. */
  directory: string;
  /** The name of the npm package. @default the folder's name */
  name?: string;
  /** What runs the tests. @default 'vitest' */
  runner?: Runner;
}

/** A driver that was begun. */
export interface Scaffold {
  /** The folder, absolute. */
  directory: string;
  name: string;
  /** The file to put the backend into, in the folder. */
  driver: string;
  /** All files that were written, in the folder, with forward slashes. */
  files: string[];
}

const runners: string[] = ['vitest', 'node-test'] satisfies Runner[];

/**
 * Begins a driver as a package: the whole memory driver, held to the conformance suite, with README, changeset and CI.
 *
 * Installs nothing and asks nothing. Writes every file or none, and never over one that is there.
 *
 * @throws `INVALID_OPTION` when npm would not take the name, or the runner is unknown.
 * @throws `NOT_EMPTY` when the folder holds something.
 */
export async function scaffoldDriver({
  directory,
  name = basename(resolve(directory)),
  runner = 'vitest',
}: ScaffoldOptions): Promise<Scaffold> {
  refuseBadName(name);
  if (!runners.includes(runner))
    throw refusal('INVALID_OPTION', `"${runner}" is no test runner known here: take vitest or node-test.`);
  await refuseOccupied(directory);
  const files = await driverFiles({ name, runner });
  await writeFiles(directory, files);
  return {
    directory: resolve(directory),
    name,
    driver: `src/${fileNameOf(name)}.ts`,
    files: [...files.keys()].sort(),
  };
}

async function refuseOccupied(directory: string): Promise<void> {
  const entries = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') throw refusal('NOT_EMPTY', `${directory} is a file. Name another folder.`);
    throw error;
  });
  const found = entries.filter((entry) => entry !== '.git');
  if (found.length === 0) return;
  const shown = found.slice(0, 3).join(', ') + (found.length > 3 ? ', …' : '');
  throw refusal(
    'NOT_EMPTY',
    `${directory} is not empty (${shown}), and nothing is ever overwritten. Name a new folder.`,
  );
}
