import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import { cleanEnvironment } from './clean-environment.ts';
import { run } from './run.ts';

const tools = join(import.meta.dirname, 'node_modules');
const npm = [process.execPath, join(tools, 'npm/bin/npm-cli.js')];
const pnpm = [process.env.npm_execpath ?? 'pnpm'];
const yarn = [process.execPath, join(tools, '@yarnpkg/cli-dist/bin/yarn.js')];

/** How each one is started, how it installs packages, and how it runs a file with them. */
export const packageManagers = {
  npm: { command: npm, install: [...npm, 'install'], node: [process.execPath] },
  pnpm: { command: pnpm, install: [...pnpm, 'add'], node: [process.execPath] },
  // Without a node_modules folder: a package that imports what it does not declare fails.
  yarn: { command: yarn, install: [...yarn, 'add'], node: [...yarn, 'node'] },
};
export type PackageManager = keyof typeof packageManagers;

/** An application's folder, somewhere else than this repository. */
export interface Application {
  folder: string;
  /** Runs a file of the folder with Node, or any command in it. */
  node(...args: string[]): Promise<string>;
  run(...command: string[]): Promise<string>;
  /** The packages on its disk, by name. */
  installed(): Promise<Set<string>>;
}

/** Makes an empty folder and installs packages in it, as their README says. */
export async function install(
  packages: string[],
  { using = 'npm', env: extra = {} }: { using?: PackageManager; env?: Record<string, string> } = {},
): Promise<Application> {
  const folder = await mkdtemp(join(inject('temporary'), `${using}-`));
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'application', private: true, type: 'module' }),
  );
  const home = join(inject('temporary'), 'home');
  const env = { ...cleanEnvironment(home), DATABASE_URL: inject('databaseUrl'), ...extra };
  const manager = packageManagers[using];
  const runHere = (...command: string[]) => run(command, { cwd: folder, env });
  await runHere(...manager.install, ...packages);
  return {
    folder,
    run: runHere,
    node: (...args) => runHere(...manager.node, ...args),
    installed: () => (using === 'yarn' ? namesInLockfile(folder) : namesOnDisk(folder)),
  };
}

async function namesInLockfile(folder: string): Promise<Set<string>> {
  const lockfile = await readFile(join(folder, 'yarn.lock'), 'utf8');
  const names = [...lockfile.matchAll(/^ {2}resolution: "(.+)@npm:/gm)].flatMap(([, name]) => name ?? []);
  return new Set(names);
}

async function namesOnDisk(folder: string): Promise<Set<string>> {
  const paths = globSync(
    ['node_modules/**/package.json', 'node_modules/.pnpm/*/node_modules/{*,@*/*}/package.json'],
    { cwd: folder },
  );
  const folders = await Promise.all(paths.map((path) => realpath(join(folder, dirname(path)))));
  const pattern = /node_modules\/((?:@[^/]+\/)?[^/@.][^/]*)$/;
  return new Set(folders.flatMap((path) => pattern.exec(path)?.[1] ?? []));
}
