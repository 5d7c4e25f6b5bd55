// Performs the operations it is sent, on a disk that refuses some of them: node fault-writer.ts <directory>
import { execFileSync } from 'node:child_process';
import { isStoreError, type SessionStore } from '@store/core';
import { startSession } from '@store/file';

// Remounts the mount, not its file system, which only the root user of the whole machine may change.
const remountReadOnly = ['-o', 'remount,bind,ro'];

type Task = { act: string; id?: string; size?: number };

const [directory = ''] = process.argv.slice(2);
// Root may do anything, so this process becomes `nobody`. By now, it has loaded all of its files.
if (process.getuid?.() === 0 && process.env.UNPRIVILEGED) process.setuid?.(65534);
let store: SessionStore | undefined;

async function perform({ act, id = '', size = 0 }: Task): Promise<unknown> {
  if (act === 'remount read-only') return void execFileSync('mount', [...remountReadOnly, directory]);
  store ??= await startSession({ directory });
  if (act === 'save') return store.save(id, { size, text: 'x'.repeat(size) }, {});
  if (act === 'load') return (await store.load(id)).data.size;
  if (act === 'touch') return store.touch(id);
  if (act === 'destroy') return store.destroy(id);
  if (act === 'gc') return store.gc();
  return 'started';
}

process.on('message', async (task: Task) => {
  try {
    process.send?.({ answer: (await perform(task)) ?? 'done' });
  } catch (error) {
    const { code, cause } = error as { code: string; cause?: { code?: string } };
    process.send?.({ code: isStoreError(error) ? code : `not a StoreError: ${error}`, cause: cause?.code });
  }
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
