import { mkdir, open, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/**
 * Writes files under `directory`, all or none: after a failure, everything created so far is removed. An existing file
 * is treated as a failure and left unchanged.
 */
export async function writeFiles(directory: string, files: Map<string, string>): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const [path, text] of files) {
      const target = resolve(join(directory, path));
      const first = await mkdir(dirname(target), { recursive: true });
      if (first !== undefined) undo.push(...removals(first, dirname(target)));
      const file = await open(target, 'wx');
      undo.push(() => rm(target));
      try {
        await file.writeFile(text);
      } finally {
        await file.close();
      }
    }
  } catch (error) {
    // Report the first failure only. A folder that another process has put a file into is not removed.
    for (const remove of undo.reverse()) await remove().catch(() => undefined);
    throw error;
  }
}

/** One removal for each folder from `first` down to `last`, in that order. */
function removals(first: string, last: string): (() => Promise<void>)[] {
  const above = last === first ? [] : removals(first, dirname(last));
  return [...above, () => rmdir(last)];
}
