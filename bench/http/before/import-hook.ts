import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { builtFile } from './built-packages.ts';

/**
 * Preloaded by the process of an application, `--import <this file>?checkout=<directory>`: every import of `@store/…`, by the
 * application and by the packages themselves, gets what that checkout built. Their other dependencies are found from there.
 */
const checkout = new URL(import.meta.url).searchParams.get('checkout') ?? '';

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (!specifier.startsWith('@store/')) return nextResolve(specifier, context);
    return nextResolve(pathToFileURL(builtFile(checkout, specifier)).href, context);
  },
});
