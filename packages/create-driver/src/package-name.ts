import { isBuiltin } from 'node:module';
import { inspect } from 'node:util';
import { refusal } from './refusal.ts';
import { versions } from './versions.ts';

const pattern = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;
const reserved = ['node_modules', 'favicon.ico'];

/** @throws `INVALID_OPTION` when npm would not take a new package of this name, or the driver could not be installed. */
export function refuseBadName(name: unknown): asserts name is string {
  if (typeof name !== 'string')
    throw refusal('INVALID_OPTION', `The name must be the name of a package, not ${inspect(name)}.`);
  const problem = problemOf(name);
  if (problem === undefined) return;
  throw refusal(
    'INVALID_OPTION',
    `"${name}" cannot be the name of the package: ${problem}. ` +
      'Give it one with --name, such as --name store-driver-redis or --name @acme/sessions.',
  );
}

function problemOf(name: string): string | undefined {
  if (name.length > 214) return 'npm allows 214 characters';
  if (!pattern.test(name))
    return 'npm takes lowercase letters, digits, "-", "." and "_", and first a letter or digit';
  if (reserved.includes(name) || isBuiltin(name)) return 'npm or Node has it for itself';
  if (name in versions) return 'the driver itself needs the package of that name';
  return undefined;
}

/** The package's name without its scope and dots, which `.ts` files read a meaning into. */
export function fileNameOf(name: string): string {
  return name.replace(/^@.*\//, '').replaceAll('.', '-');
}
