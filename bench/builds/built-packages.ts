import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const thisCheckout = join(import.meta.dirname, '../..');

/** Our entry points that contenders and applications import. */
const imported = ['core', 'cookie', 'file', 'postgres', 'session', 'sqlite'];

/**
 * The file that users of a published package get for `@store/<package>/<entry point>`, as built in another checkout.
 *
 * @throws if that checkout has no such package or entry point, or has not built it.
 */
export function builtFile(checkout: string, specifier: string): string {
  const [, name = '', ...entry] = specifier.split('/');
  const folder = join(checkout, 'packages', name);
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) throw notBuilt(checkout, specifier, `${manifest} is missing`);
  const { exports, publishConfig } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
  const target = (publishConfig?.exports ?? exports)?.[['.', ...entry].join('/')];
  const path = typeof target === 'string' ? target : target?.default;
  if (path === undefined) throw notBuilt(checkout, specifier, `${manifest} does not export it`);
  const file = join(folder, path);
  if (!existsSync(file)) throw notBuilt(checkout, specifier, `${file} is missing`);
  return file;
}

/** @throws if a checkout is missing something that the applications import. */
export function checkBuilt(checkout: string): void {
  for (const name of imported) builtFile(checkout, `@store/${name}`);
}

/** Builds this checkout. The output is not part of the report, so it goes to standard error. */
export function buildThisCheckout(): void {
  const turbo = join(thisCheckout, 'node_modules/.bin/turbo');
  execFileSync(turbo, ['run', 'build', '--output-logs=errors-only'], {
    cwd: thisCheckout,
    stdio: ['ignore', 2, 2],
  });
}

type Entries = { [entry: string]: string | { default?: string } };
type Manifest = { exports?: Entries; publishConfig?: { exports?: Entries } };

function notBuilt(checkout: string, specifier: string, reason: string): Error {
  return new Error(
    `${checkout} has no built ${specifier}: ${reason}. Make an older build with \`git clone <this repository> ${checkout}\` and, ` +
      'in there, `git checkout <commit>`, `npx pnpm install` and `npx pnpm build`.',
  );
}
