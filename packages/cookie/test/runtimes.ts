import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import workerd from 'workerd';

/** A JavaScript runtime installed from npm. */
export interface Runtime {
  /** Where its binary is. */
  command: string;
  /** Arguments that run a bundled program. */
  run(program: string): Promise<string[]> | string[];
  /** Arguments that print its version. */
  version: string[];
  /** Whether sealing uses synchronous crypto there. */
  synchronous: boolean;
}

const { resolve } = createRequire(import.meta.url);

/** The file that a package declares as its command. */
function commandOf(name: string, command: string): string {
  const manifest = resolve(`${name}/package.json`);
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: string | Record<string, string> };
  const path = typeof bin === 'string' ? bin : bin[command];
  if (path === undefined) throw new Error(`${name} has no command ${command}`);
  return join(dirname(manifest), path);
}

const workerdConfig = (flags: string) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  modules = [(name = "program.mjs", esModule = embed "program.mjs")],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = [${flags}],
))]);
`;

const node = (name: string): Runtime => ({
  command: commandOf(name, 'node'),
  run: (program) => [program],
  version: ['--version'],
  synchronous: true,
});

const worker = (flags: string, synchronous: boolean): Runtime => ({
  command: workerd,
  async run(program) {
    const config = join(dirname(program), 'config.capnp');
    await writeFile(config, workerdConfig(flags));
    return ['test', config];
  },
  version: ['--version'],
  synchronous,
});

/** The runtimes that the package promises to run on. */
export const runtimes: Record<string, () => Runtime> = {
  'Node 22': () => node('node22'),
  'Node 24': () => node('node'),
  'Node 26': () => node('node26'),
  Bun: () => ({
    command: commandOf('bun', 'bun'),
    run: (program) => [program],
    version: ['--version'],
    synchronous: true,
  }),
  Deno: () => ({
    command: commandOf('deno', 'deno'),
    run: (program) => ['run', '--no-config', program],
    version: ['--version'],
    synchronous: true,
  }),
  workerd: () => worker('', false),
  'workerd with nodejs_compat': () => worker('"nodejs_compat"', true),
};

/** Runs a command until it exits. @returns everything it printed */
export async function execute(command: string, args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(command, args, { maxBuffer: 2 ** 24 });
  return stdout + stderr;
}
