// Holds locks until it is killed: node lock-holder.ts <directory>; message: the paths to lock. Answers with its token.
import { dirname } from 'node:path';
import { openDirectory } from '../src/session-directory.ts';
import { linkIfFree, makeFolder } from '../src/session-files.ts';

const { owner } = openDirectory(process.argv[2] ?? '');
process.on('message', (paths: string[]) => {
  for (const path of paths) {
    makeFolder(dirname(path));
    linkIfFree(owner.path, path);
  }
  process.send?.(owner.identity.token);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
