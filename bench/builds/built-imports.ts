import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { builtFile } from './built-packages.ts';

/** One for all copies: contenders on several servers would not flush the same log at the same time. */
const shared = '/contenders/postgres/server.ts';

/**
 * Lets one process run modules of the bench on the packages that several checkouts built. In a copy, every import of `@store/…`,
 * by the bench and by the packages themselves, gets what its checkout built; other packages are found from there.
 *
 * @param copy Names a copy of the modules: each has its own, and shares no compiled code with another of the same checkout.
 */
export function importsOf(checkout: string, copy: string): <T>(file: string) => Promise<T> {
  const tag = `?${copy}`;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (!context.parentURL?.endsWith(tag) || specifier.startsWith('node:'))
        return nextResolve(specifier, context);
      const isOurs = specifier.startsWith('@store/');
      const target = isOurs ? pathToFileURL(builtFile(checkout, specifier)).href : specifier;
      const resolved = nextResolve(target, context);
      const isCopied = isOurs || (specifier.startsWith('.') && !resolved.url.endsWith(shared));
      return isCopied ? { ...resolved, url: `${resolved.url}${tag}` } : resolved;
    },
  });
  return (file) => import(`${pathToFileURL(file).href}${tag}`);
}
