import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const program = join(import.meta.dirname, 'start-and-report.ts');

/** The report from a process that started a store on a database. */
export interface Report {
  /** `saved`, or the code and the text of the error. */
  readonly outcome: string;
  readonly warnings: readonly string[];
  readonly fileSystem?: string;
}

/**
 * Runs start-and-report.ts with these arguments in a child process; with `shell`, in a separate mount namespace after these shell
 * commands, which find `variables` in their environment.
 */
export async function reportOf(
  args: readonly string[],
  shell?: string,
  variables: Record<string, string> = {},
): Promise<Report> {
  const command = [process.execPath, program, ...args];
  const inNamespace = ['unshare', ...namespace, 'sh', '-e', '-c', `${shell}\nexec "$@"`, 'sh', ...command];
  const [file = '', ...rest] = shell === undefined ? command : inNamespace;
  const { stdout } = await promisify(execFile)(file, rest, {
    env: { ...process.env, ...variables },
    timeout: 20_000,
  });
  return JSON.parse(stdout);
}

/** Without root, mounts need a user namespace, if the system permits one. */
export const namespace = process.geteuid?.() === 0 ? ['-m'] : ['-r', '-m'];

export const canMount =
  spawnSync('unshare', [...namespace, 'mount', '-t', 'tmpfs', 'none', '/proc']).status === 0;
