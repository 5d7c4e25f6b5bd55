// Imports the modules named by the arguments, and prints how many files that loads.
import { registerHooks } from 'node:module';

const loaded = new Set();
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) loaded.add(url);
    return next(url, context);
  },
});
for (const name of process.argv.slice(2)) await import(name);
console.log(loaded.size);
