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

/** How to start each package manager, install packages without peer conflicts, and run a file that uses them. */
export const packageManagers = {
  npm: { command: npm, install: [...npm, 'install', '--strict-peer-deps'], node: [process.execPath] },
  pnpm: { command: pnpm, install: [...pnpm, 'add', '--strict-peer-dependencies'], node: [process.execPath] },
  // There is no node_modules folder, so a package that imports an undeclared dependency fails.
  yarn: { command: yarn, install: [...yarn, 'add'], node: [...yarn, 'node'] },
};
export type PackageManager = keyof typeof packageManagers;

/** An application's folder, outside this repository. */
export interface Application {
  folder: string;
  /** Runs a file in the folder with Node, or runs any command there. */
  node(...args: string[]): Promise<string>;
  run(...command: string[]): Promise<string>;
  /** The installed packages, by name. */
  installed(): Promise<Set<string>>;
}

export interface ApplicationOptions {
  using?: PackageManager;
  /** Environment variables that its commands read, besides DATABASE_URL. */
  env?: Record<string, string>;
}

/** Yarn has no strict mode: it prints these codes for a peer that is missing or has the wrong version. */
const peerProblem = /^.*\bYN00(?:02|60|86)\b.*$/m;

/** Creates an empty folder and installs packages in it, as their README says. */
export async function install(
  packages: string[],
  { flags = [], ...options }: ApplicationOptions & { flags?: string[] } = {},
): Promise<Application> {
  const application = await openApplication(options);
  const { using = 'npm' } = options;
  const output = await application.run(...packageManagers[using].install, ...flags, ...packages);
  const [problem] = (using === 'yarn' && peerProblem.exec(output)) || [];
  if (problem !== undefined) throw new Error(problem);
  return application;
}

/** Creates an application without any packages, in a new folder or as a member of a workspace. */
export async function openApplication({
  using = 'npm',
  env: extra = {},
  folder: member,
  manifest,
}: ApplicationOptions & { folder?: string; manifest?: object } = {}): Promise<Application> {
  const folder = member ?? (await mkdtemp(join(inject('temporary'), `${using}-`)));
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'application', private: true, type: 'module', ...manifest }),
  );
  const home = join(inject('temporary'), 'home');
  const env = { ...cleanEnvironment(home), DATABASE_URL: inject('databaseUrl'), ...extra };
  const manager = packageManagers[using];
  const runHere = (...command: string[]) => run(command, { cwd: folder, env });
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
