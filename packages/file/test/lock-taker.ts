// Takes a lock and tells whether it was alone: node lock-taker.ts <directory>; message: the path of the lock.
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { openDirectory } from '../src/session-directory.ts';
import { createSessionLocks } from '../src/session-lock.ts';

const { layout, owner } = openDirectory(process.argv[2] ?? '');
const locks = createSessionLocks(layout, owner, { patience: 10_000, silentFor: 30_000 });
process.on('message', async (path: string) => {
  process.send?.(
    await locks.hold([path], () => {
      try {
        closeSync(openSync(`${path}.inside`, 'wx'));
      } catch {
        return 'with another';
      }
      const until = performance.now() + 0.3;
      while (performance.now() < until);
      unlinkSync(`${path}.inside`);
      return 'alone';
    }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
