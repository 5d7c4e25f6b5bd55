import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const { resolve } = createRequire(import.meta.url);

/** Runtimes other than Node on which test programs run, and their arguments for running a program. */
export const otherRuntimes: readonly [title: string, name: string, args: string[]][] = [
  ['Bun', 'bun', ['run']],
  ['Deno', 'deno', ['run', '--allow-all', '--node-modules-dir=manual']],
];

/**
 * The command of a runtime installed by npm. If npm has none for this machine, the test is skipped, or fails where everything
 * must be checked.
 */
export async function runtimeCommand(name: string, skip: (reason: string) => never): Promise<string> {
  try {
    const manifest = resolve(`${name}/package.json`);
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: string | Record<string, string> };
    const command = join(dirname(manifest), typeof bin === 'string' ? bin : (bin[name] ?? ''));
    await run(command, ['--version']);
    return command;
  } catch (error) {
    if (process.env.CI) throw error;
    return skip(`it does not run here: ${error}`);
  }
}
