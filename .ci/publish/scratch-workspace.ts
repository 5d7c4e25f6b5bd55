import { execFileSync } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { run } from './run.ts';

const root = join(import.meta.dirname, '../..');

/** A copy of this workspace in a separate repository, where releases can be tried out. */
export interface ScratchWorkspace {
  folder: string;
  /** Runs a command at its root; `npmrc` is the user's configuration, which names the registry to publish to. */
  run(command: string[], npmrc?: string): Promise<string>;
  /** Commits all changes. */
  commit(message: string): Promise<void>;
}

export function openScratchWorkspace(folder: string): ScratchWorkspace {
  const pnpm = process.env.npm_execpath;
  if (pnpm === undefined) throw new Error('Start this through pnpm: npx pnpm test:publish');
  const author = { NAME: 'Publish', EMAIL: 'publish@localhost' };
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), dirname(pnpm), process.env.PATH].join(delimiter),
    CI: 'true',
    ...Object.fromEntries(
      Object.entries(author).flatMap(([key, value]) => [
        [`GIT_AUTHOR_${key}`, value],
        [`GIT_COMMITTER_${key}`, value],
      ]),
    ),
  };
  const runHere = (command: string[], npmrc?: string) =>
    run(command, { cwd: folder, env: npmrc === undefined ? env : asUser(npmrc, env) });
  return {
    folder,
    run: runHere,
    async commit(message) {
      await runHere(['git', 'add', '--all']);
      await runHere(['git', 'commit', '--quiet', '--allow-empty', '--message', message]);
    },
  };
}

/** Settings in the environment override files, so all are removed: nothing published here may reach another registry. */
function asUser(npmrc: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^p?npm_config_/i.test(name));
  return { ...Object.fromEntries(kept), npm_config_userconfig: npmrc };
}

/** Copies this workspace, including uncommitted changes, and installs it. */
export async function createScratchWorkspace(folder: string): Promise<ScratchWorkspace> {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const deleted = execFileSync('git', ['ls-files', '-z', '--deleted'], { cwd: root }).toString().split('\0');
  for (const path of execFileSync('git', list, { cwd: root }).toString().split('\0')) {
    if (path === '' || deleted.includes(path)) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(root, path), join(folder, path));
  }
  const workspace = openScratchWorkspace(folder);
  await workspace.run(['git', 'init', '--quiet', '--initial-branch', 'main']);
  await workspace.commit('Begin');
  const needed = ['--filter', '.', '--filter', './packages/*'];
  await workspace.run(['pnpm', 'install', '--frozen-lockfile', '--prefer-offline', ...needed]);
  return workspace;
}
