import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { builtFile } from './built-packages.ts';

/** All copies use one server: contenders on different servers would not share the same log. */
const shared = '/contenders/postgres/server.ts';

/**
 * Runs bench modules against the packages of several checkouts in one process. In a copy, every import of `@store/…`, by the bench
 * and by the packages themselves, resolves to the build of its checkout; other packages are resolved from there.
 *
 * @param copy The name of a copy of the modules. Copies share no compiled code, not even for the same checkout.
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
