import { readdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { inspect } from 'node:util';
import { driverFiles } from './driver-files.ts';
import type { Runner } from './driver-manifest.ts';
import { fileNameOf, refuseBadName } from './package-name.ts';
import { refusal, refuseUnknown } from './refusal.ts';
import { writeFiles } from './write-files.ts';

export interface ScaffoldOptions {
  /** The folder to fill: one that does not exist yet, an empty one, or one that holds only `.git`. */
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
 * @throws `INVALID_OPTION` when an option is unknown or cannot be right, such as a name that npm would not take.
 * @throws `NOT_EMPTY` when the folder holds something.
 */
export async function scaffoldDriver(options: ScaffoldOptions): Promise<Scaffold> {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw refusal('INVALID_OPTION', 'The options must be an object such as { directory, name }.');
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  refuseUnknown(
    given.map(([name]) => name),
    ['directory', 'name', 'runner'],
  );
  const { directory, runner = 'vitest' } = options;
  if (typeof directory !== 'string' || directory === '' || directory.includes('\0'))
    throw refusal('INVALID_OPTION', `The directory must be the path of a folder, not ${inspect(directory)}.`);
  const { name = basename(resolve(directory)) } = options;
  refuseBadName(name);
  if (!runners.includes(runner))
    throw refusal('INVALID_OPTION', `The runner must be vitest or node-test, not ${inspect(runner)}.`);
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
