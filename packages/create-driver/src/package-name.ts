import { isBuiltin } from 'node:module';
import { inspect } from 'node:util';
import { refusal } from './refusal.ts';
import { versions } from './versions.ts';

const pattern = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;
const reserved = ['node_modules', 'favicon.ico'];

/** @throws `INVALID_OPTION` when npm would not accept a new package with this name, or the driver could not be installed. */
export function refuseBadName(name: unknown): asserts name is string {
  if (typeof name !== 'string')
    throw refusal('INVALID_OPTION', `The name must be a package name, not ${inspect(name)}.`);
  const problem = problemOf(name);
  if (problem === undefined) return;
  throw refusal(
    'INVALID_OPTION',
    `"${name}" cannot be the package name: ${problem}. ` +
      'Choose another with --name, such as --name store-driver-redis or --name @acme/sessions.',
  );
}

function problemOf(name: string): string | undefined {
  if (name.length > 214) return 'npm allows at most 214 characters';
  if (!pattern.test(name))
    return 'npm allows lowercase letters, digits, "-", "." and "_", starting with a letter or digit';
  if (reserved.includes(name) || isBuiltin(name)) return 'npm or Node reserves it';
  if (name in versions) return 'the driver depends on the package of that name';
  return undefined;
}

/** The package name without its scope, and without dots, which have a special meaning in file names such as `x.d.ts`. */
export function fileNameOf(name: string): string {
  return name.replace(/^@.*\//, '').replaceAll('.', '-');
}
