import { join } from 'node:path';
import type { Application } from './package-managers.ts';

/** How a program resolves its modules. */
export const resolutions: { resolution: string; options: string[] }[] = [
  // Servers have no DOM, but code that is bundled gets its types by default.
  { resolution: 'nodenext', options: ['--module', 'nodenext', '--lib', 'es2023'] },
  { resolution: 'bundler', options: ['--module', 'esnext', '--moduleResolution', 'bundler'] },
];

const strict = ['--strict', '--noEmit', '--target', 'es2022', '--types', 'node', '--pretty', 'false'];

/**
 * Every error that a compiler finds in the application's files or in our declarations. Other packages' declarations are compiled
 * too, but their errors do not count: with some compilers, those packages have errors even without ours.
 *
 * @param compiler Its folder in node_modules.
 */
export async function typeErrors(
  application: Application,
  compiler: string,
  options: string[],
  files: string[],
): Promise<string[]> {
  const tsc = join(import.meta.dirname, 'node_modules', compiler, 'bin/tsc');
  try {
    await application.run(process.execPath, tsc, ...strict, ...options, ...files);
    return [];
  } catch (error) {
    const errors = `${error}`.split('\n').filter((line) => /^(\S+\(\d+,\d+\): )?error TS\d+:/.test(line));
    if (errors.length === 0) throw error; // The compiler itself failed.
    // Use the last node_modules in the file's path, because pnpm nests these folders.
    const ownerOf = (line: string) => /^\S*node_modules\/([^/]+)/.exec(line)?.[1] ?? '@store';
    return errors.filter((line) => ownerOf(line) === '@store');
  }
}
