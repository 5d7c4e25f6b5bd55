import { realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtFile } from '../http/before/built-packages.ts';

/** Imports what a user of one checkout's packages gets. */
export type ImportBuilt = <T>(specifier: string) => Promise<T>;

/**
 * Lets one process import the packages of several checkouts, as they were built: an import of `@store/…` from inside a checkout
 * stays in that checkout. Otherwise a package's `dist` would find the `src` of its neighbour, which is what development does.
 *
 * @param copy Names a copy of the modules: each has its own, and shares no compiled code with another of the same checkout.
 */
export function importsOf(checkout: string, copy: string): ImportBuilt {
  const root = realpathSync(checkout);
  const inside = `${pathToFileURL(join(root, 'packages')).href}/`;
  const tag = `?${copy}`;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const parent = context.parentURL ?? '';
      if (!parent.startsWith(inside) || !parent.endsWith(tag)) return nextResolve(specifier, context);
      const isOurs = specifier.startsWith('@store/');
      const target = isOurs ? pathToFileURL(builtFile(root, specifier)).href : specifier;
      const resolved = nextResolve(target, context);
      return isOurs || specifier.startsWith('.') ? { ...resolved, url: `${resolved.url}${tag}` } : resolved;
    },
  });
  return (specifier) => import(`${pathToFileURL(builtFile(root, specifier)).href}${tag}`);
}
