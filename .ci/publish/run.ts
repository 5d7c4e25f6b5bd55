import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs a command to completion. @returns its output. An error contains both output streams. */
export async function run(
  [command = '', ...args]: string[],
  { cwd, env }: { cwd: string; env: Record<string, string | undefined> },
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${[command, ...args].join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}
