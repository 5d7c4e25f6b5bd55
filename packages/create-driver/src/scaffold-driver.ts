import { readdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { inspect } from 'node:util';
import { driverFiles } from './driver-files.ts';
import type { Runner } from './driver-manifest.ts';
import { fileNameOf, refuseBadName } from './package-name.ts';
import { refusal, refuseUnknown } from './refusal.ts';
import { writeFiles } from './write-files.ts';

/**
 * The options of {@link scaffoldDriver}.
 *
 * @example
 * import { type ScaffoldOptions, scaffoldDriver } from '@store/create-driver';
 *
 * const options: ScaffoldOptions = { directory: './redis-driver', name: '@acme/redis-sessions' };
 * console.log((await scaffoldDriver(options)).driver); // src/redis-sessions.ts
 */
export interface ScaffoldOptions {
  /** The folder to fill: one that does not exist yet, is empty, or contains only `.git`. */
  directory: string;
  /** The name of the npm package. @default the folder's name */
  name?: string;
  /** The test runner. @default 'vitest' */
  runner?: Runner;
}

/**
 * A newly created driver.
 *
 * @example
 * import type { Scaffold } from '@store/create-driver';
 *
 * const summary = ({ name, files, directory }: Scaffold) => `${name}: ${files.length} files in ${directory}`;
 */
export interface Scaffold {
  /** The absolute path of the folder. */
  directory: string;
  name: string;
  /** The file in which to put the backend, relative to the folder. */
  driver: string;
  /** All files that were written, relative to the folder, with forward slashes. */
  files: string[];
}

const runners: string[] = ['vitest', 'node-test'] satisfies Runner[];

/**
 * Creates a driver as a package: the complete memory driver, tested with the conformance suite, with README, changeset and CI.
 *
 * Installs nothing and does not prompt. Writes all files or none, and never overwrites an existing file.
 *
 * @throws `INVALID_OPTION` when an option is unknown or invalid, such as a name that npm would not accept.
 * @throws `NOT_EMPTY` when the folder is not empty or is a file.
 * @example
 * import { scaffoldDriver } from '@store/create-driver';
 *
 * const { name, driver } = await scaffoldDriver({ directory: './my-driver' });
 * console.log(`${name} begins in ${driver}`); // my-driver begins in src/my-driver.ts
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
    `${directory} is not empty (${shown}), and existing files are never overwritten. Name a new folder.`,
  );
}
